package understudy.dataset;

import java.util.Locale;

/// What rows are for.
public enum Part {
    /// Learned from before the others: made of the owner's facts; there may be none.
    FACTS,
    /// Learned from.
    TRAIN,
    /// Measured during training, to stop in time.
    VALIDATION,
    /// Never read by training; scored afterwards.
    HELDOUT;

    /// The key in files and commands.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String file() {
        return key() + ".jsonl";
    }
}
