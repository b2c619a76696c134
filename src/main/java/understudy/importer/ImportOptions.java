package understudy.importer;

import org.jspecify.annotations.Nullable;

/// How to read an export.
///
/// @param dateOrder what the person said about the order of day and month; null: find out
/// @param strict    whether an open date order stops the reading with [AmbiguousDates]; otherwise
///                  the likelier order is taken and the report says so
public record ImportOptions(@Nullable DateOrder dateOrder, boolean strict) {

    /// Finds the date order out, and stops where it stays open.
    public static ImportOptions careful() {
        return new ImportOptions(null, true);
    }

    /// Finds the date order out, and goes on with the likelier one where it stays open.
    public static ImportOptions lenient() {
        return new ImportOptions(null, false);
    }
}
