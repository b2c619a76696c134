package understudy.train;

import java.time.Duration;
import understudy.base.Settings;
import understudy.model.FullWeights;
import understudy.model.LoraConfig;
import understudy.tensor.Quantization;

/// How to train: the section `train` of a recipe. Keys are the names here with underscores.
///
/// @param full           whether all weights learn; else an adapter does
/// @param epochs         passes over the training rows, 1 to 1000
/// @param factEpochs     passes over the rows of facts before that, 0 to 1000
/// @param factShare      part of the tokens behind them that are facts again, 0 to 0.5
/// @param maxTokens      training tokens at most, whatever the epochs and facts included; 0 for no
///     bound
/// @param batchTokens    a step takes rows until it has this many tokens; 0 leaves it to
///     `batchRows`
/// @param batchRows      a step takes this many conversations; 0 leaves it to `batchTokens`
/// @param rowLength      tokens a packed row; longer conversations get a row of their own
/// @param learningRate   highest rate of the optimiser
/// @param warmupSteps    steps over which the rate rises from 0
/// @param schedule       `cosine`, `linear` or `constant` after the warm-up
/// @param weightDecay    AdamW's λ
/// @param optimizerBits  of each number of the optimiser's state, 32 or 8
/// @param clipNorm       longest gradient used
/// @param lora           shape of the adapter
/// @param checkpoint     how often to write a checkpoint
/// @param keep           checkpoints kept
/// @param validate       how often to measure the validation part; zero steps: at epoch ends; open:
///     see [Plan#validationSteps]
/// @param patience       measurements without a better one before the run stops; 0 for never
/// @param seed           of order, dropout and the adapter's start
/// @param computeType    `auto`, `bf16` or `f32`
/// @param quantization   how the frozen matrices of the base are held
public record TrainConfig(
        boolean full,
        int epochs,
        int factEpochs,
        double factShare,
        long maxTokens,
        int batchTokens,
        int batchRows,
        int rowLength,
        double learningRate,
        int warmupSteps,
        String schedule,
        double weightDecay,
        int optimizerBits,
        double clipNorm,
        LoraConfig lora,
        Every checkpoint,
        int keep,
        Every validate,
        int patience,
        long seed,
        String computeType,
        Quantization quantization) {

    static final String RATE = "learning_rate";
    static final String AUTO = "auto";

    /// An interval in steps or in time.
    ///
    /// @param steps 0 where it is a time, under 0 where it is [#OPEN]
    /// @param time  zero where it is in steps
    public record Every(int steps, Duration time) {
        /// Left open; what is right depends on how long an epoch is.
        static final Every OPEN = new Every(-1, Duration.ZERO);

        /// Whether it is due.
        boolean due(int stepsSince, Duration timeSince) {
            return time.isZero()
                    ? steps > 0 && stepsSince >= steps
                    : timeSince.compareTo(time) >= 0;
        }

        /// @param standard what counts where the key is not there; only a key whose standard is
        ///     `auto` may say so
        static Every of(Settings settings, String key, String standard) {
            String text = settings.text(key, standard).strip();
            boolean mayBeOpen = standard.equals(AUTO);
            if (mayBeOpen && text.equals(AUTO)) {
                return OPEN;
            }
            if (text.matches("[0-9]{1,6}m")) {
                long minutes = Long.parseLong(text.substring(0, text.length() - 1));
                if (minutes > 0) {
                    return new Every(0, Duration.ofMinutes(minutes));
                }
            }
            if (text.matches("[0-9]{1,9}")) {
                return new Every(Integer.parseInt(text), Duration.ZERO);
            }
            String numbers = "a number of steps such as 50, or of minutes such as 10m";
            throw settings.wrong(key, mayBeOpen ? "auto, " + numbers : numbers);
        }
    }

    /// Reads the section `train`.
    ///
    /// @throws understudy.base.UserError for an unknown key or a value out of range
    public static TrainConfig from(Settings train) {
        boolean full = train.choice("method", "lora", "lora", "full").equals("full");
        TrainConfig config =
                new TrainConfig(
                        full,
                        train.integer("epochs", 3, 1, 1000),
                        train.integer("fact_epochs", 3, 0, 1000),
                        train.number("fact_share", 0, 0, 0.5),
                        (long) train.number("max_tokens", 0, 0, 1e15),
                        train.integer("batch_tokens", 1024, 0, 10_000_000),
                        train.integer("batch_rows", 0, 0, 100_000),
                        train.integer("row_length", 1024, 16, 1_000_000),
                        learningRate(train, full),
                        train.integer("warmup_steps", 5, 0, 1_000_000),
                        train.choice("schedule", "cosine", "cosine", "linear", "constant"),
                        train.number("weight_decay", 0, 0, 1),
                        Integer.parseInt(train.choice("optimizer_bits", "32", "32", "8")),
                        train.number("clip_norm", 1, 1e-6, 1e9),
                        new LoraConfig(
                                train.integer("rank", 32, 1, 1024),
                                train.number("alpha", 64, 1e-3, 1e5),
                                train.number("dropout", 0.05, 0, 0.9),
                                train.list("targets", LoraConfig.ALL_TARGETS)),
                        Every.of(train, "checkpoint_every", "10m"),
                        train.integer("keep_checkpoints", 2, 1, 1000),
                        Every.of(train, "validate_every", AUTO),
                        train.integer("patience", 3, 0, 1000),
                        (long) train.number("seed", 42, 0, 9e15),
                        train.choice("compute_type", "auto", "auto", "bf16", "f32"),
                        Quantization.of(
                                train.choice(
                                        "quantization",
                                        "none",
                                        Quantization.words().toArray(String[]::new))));
        train.refuseOthers();
        if (full && config.quantization != Quantization.NONE) {
            throw FullWeights.notQuantized();
        }
        if (config.batchTokens == 0 && config.batchRows == 0) {
            throw train.wrong("batch_tokens", "over 0 where batch_rows is 0");
        }
        return config;
    }

    /// The same settings with a number wherever `auto` depends on the model: a run keeps what it
    /// began with.
    ///
    /// @param train  the section `train` of a recipe
    /// @param hidden hidden size of the model, 1 or more
    public static Settings settled(Settings train, int hidden) {
        return LearningRate.settled(train, from(train).full, hidden);
    }

    /// Runs that were begun before their settings were settled say `auto`, and go on as they began.
    private static double learningRate(Settings train, boolean full) {
        double standard = LearningRate.ofOldRuns(full);
        return train.text(RATE, AUTO).equals(AUTO) ? standard : train.number(RATE, standard, 0, 1);
    }
}
