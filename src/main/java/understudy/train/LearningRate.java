package understudy.train;

import java.util.Locale;
import understudy.base.Settings;

/// The learning rate where a recipe leaves it open (`auto`): found by a search for one model,
/// SmolLM2-135M (docs/LOG.md), and for others the less the wider they are, as `1 / d` for hidden
/// size d: the law by which Adam's best rate carries over from narrow to wide models ("Tensor
/// Programs V", Yang et al., 2022). A model of 4,096 gets 2.1e-4, as the 2e-4 to 3e-4 that
/// people use for adapters of 7B models. All weights take a fifteenth, which "LoRA Without Regret"
/// (Schulman et al., 2025) found for short runs.
final class LearningRate {
    private static final double LORA = 1.5e-3;
    private static final double FULL = LORA / 15;

    /// The hidden size for which these were found. Narrower models get the same rate: none was
    /// tried.
    private static final int WIDTH = 576;

    /// What was used for every model before.
    private static final double OLD_LORA = 5e-4;

    private static final double OLD_FULL = 5e-5;

    private LearningRate() {}

    /// What `auto` stood for before it depended on the width.
    ///
    /// @param full whether all weights learn; else an adapter does
    static double ofOldRuns(boolean full) {
        return full ? OLD_FULL : OLD_LORA;
    }

    /// @param full   whether all weights learn; else an adapter does
    /// @param hidden hidden size of the model, 1 or more
    /// @return with two significant digits, so that it reads well where it is kept
    static double of(boolean full, int hidden) {
        double rate = (full ? FULL : LORA) * WIDTH / Math.max(hidden, WIDTH);
        return Double.parseDouble(String.format(Locale.ROOT, "%.1e", rate));
    }

    /// The same settings with a number in place of `auto`.
    ///
    /// @param train a recipe's section `train`
    static Settings settled(Settings train, boolean full, int hidden) {
        return train.text(TrainConfig.RATE, TrainConfig.AUTO).equals(TrainConfig.AUTO)
                ? train.with(TrainConfig.RATE + "=" + of(full, hidden))
                : train;
    }
}
