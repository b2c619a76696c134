package understudy.dataset;

import java.util.Locale;

/// Why a correction is not a row.
public enum CorrectionDrop {
    UNREADABLE("lines that are no correction, or too long for one"),
    REPLACED("corrected again later"),
    EMPTY("without a visible character"),
    TOO_LONG("longer than max_length by themselves");

    private final String words;

    CorrectionDrop(String words) {
        this.words = words;
    }

    /// For people.
    public String words() {
        return words;
    }

    /// The key in files.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
