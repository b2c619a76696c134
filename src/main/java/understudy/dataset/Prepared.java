package understudy.dataset;

import java.util.List;
import java.util.Map;
import understudy.base.Settings;
import understudy.dataset.facts.FactQuestions;

/// A dataset in memory.
///
/// @param origin what it was made with
/// @param rows   of every part
/// @param report what became of every message
/// @param factLine  the line of the owner's facts in every row; empty for none
/// @param questions about facts, kept back to measure with
public record Prepared(
        Origin origin,
        Map<Part, List<PreparedRow>> rows,
        DatasetReport report,
        String factLine,
        FactQuestions questions) {
    public Prepared {
        rows = Map.copyOf(rows);
    }

    /// @param base     the base model, as it is to be named to get it again
    /// @param recipe   the recipe's name
    /// @param settings section `dataset` of the recipe, with everything that was set
    public record Origin(String base, String recipe, Settings settings) {}

    List<PreparedRow> part(Part part) {
        return rows.getOrDefault(part, List.of());
    }
}
