package understudy.importer;

import java.util.Locale;

/// In which order an export writes day, month and year.
public enum DateOrder {
    DMY,
    MDY,
    YMD;

    /// The word of `--date-order`.
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
