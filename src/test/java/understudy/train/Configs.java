package understudy.train;

import understudy.base.Settings;

/// Settings of trainings that take a moment on the tiny models.
final class Configs {
    private static final String TINY =
            """
            method: lora
            epochs: 2
            fact_epochs: 3
            fact_share: 0
            max_tokens: 0
            batch_rows: 0
            schedule: cosine
            weight_decay: 0.01
            optimizer_bits: 32
            clip_norm: 1
            batch_tokens: 80
            row_length: 40
            learning_rate: 0.01
            warmup_steps: 2
            rank: 4
            alpha: 8
            dropout: 0.1
            checkpoint_every: 1
            keep_checkpoints: 100
            validate_every: 3
            patience: 0
            compute_type: f32
            quantization: none
            """;

    private Configs() {}

    /// @param changes such as `epochs=3`
    static TrainConfig tiny(String... changes) {
        Settings settings = Settings.parse(TINY, "test");
        for (String change : changes) {
            settings = settings.overlaid(Settings.parse(change.replace("=", ": "), "test"));
        }
        return TrainConfig.from(settings);
    }
}
