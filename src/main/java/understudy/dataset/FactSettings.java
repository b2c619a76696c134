package understudy.dataset;

import understudy.base.Settings;

/// What becomes of the owner's facts: keys of the section `dataset`.
///
/// @param on      `facts`, true: whether the file is read, where there is one
/// @param file    `facts_file`: its name; empty for `facts.md` of the home
/// @param line    `facts_line`: pattern of the line behind the first one of each block, with
///                `{facts}`; empty for none
/// @param unknown `facts_unknown`, 60, 0 to 1000: questions about facts that are not there, at
///                most, that are answered by evasions of the owner's own
public record FactSettings(boolean on, String file, String line, int unknown) {
    static FactSettings from(Settings section) {
        return new FactSettings(
                section.flag("facts", true),
                section.text("facts_file", ""),
                section.text("facts_line", ""),
                section.integer("facts_unknown", 60, 0, 1_000));
    }
}
