package understudy.importer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Reads several files together, so that one whose dates are open can follow the others.
///
/// Exports of one phone write dates alike. A short chat often has only days up to the twelfth;
/// a longer one beside it tells.
public final class ImportBatch {
    private ImportBatch() {}

    /// What came of one file: a result or an error.
    ///
    /// @param file as the person named it
    public record Outcome(Path file, @Nullable ImportResult result, @Nullable UserError error) {}

    /// @param options strict or not, as for [Importers#read]; a given date order is used as it is
    /// @return one outcome a file, in the order given
    public static List<Outcome> read(List<Path> files, ImportOptions options) {
        ImportOptions strict = new ImportOptions(options.dateOrder(), true);
        List<Outcome> outcomes = new ArrayList<>();
        Map<String, Set<DateOrder>> known = new HashMap<>();
        for (Path file : files) {
            Outcome outcome = attempt(file, strict);
            outcomes.add(outcome);
            if (outcome.result() != null) {
                for (DateReading reading : outcome.result().dates()) {
                    known.computeIfAbsent(reading.style(), s -> EnumSet.noneOf(DateOrder.class))
                            .add(reading.order());
                }
            }
        }
        outcomes.replaceAll(outcome ->
                outcome.error() instanceof AmbiguousDates open
                        ? settle(outcome, open, known, options)
                        : outcome);
        return outcomes;
    }

    private static Outcome attempt(Path file, ImportOptions options) {
        try {
            return new Outcome(file, Importers.read(file, options), null);
        } catch (UserError e) {
            return new Outcome(file, null, e);
        }
    }

    private static Outcome settle(
            Outcome outcome,
            AmbiguousDates open,
            Map<String, Set<DateOrder>> known,
            ImportOptions options) {
        Set<DateOrder> orders = known.getOrDefault(open.style(), Set.of());
        if (orders.size() == 1 && open.open().containsAll(orders)) {
            DateOrder order = orders.iterator().next();
            Outcome followed = attempt(outcome.file(), new ImportOptions(order, true));
            return followed.result() == null
                    ? followed
                    : new Outcome(outcome.file(), following(followed.result(), order), null);
        }
        return options.strict() ? outcome : attempt(outcome.file(), options);
    }

    private static ImportResult following(ImportResult result, DateOrder order) {
        ImportReport was = result.report();
        List<String> warnings = new ArrayList<>(was.warnings());
        warnings.add(
                "its own dates do not tell day from month; read as %s, like the other files"
                        .formatted(order.flag()));
        ImportReport report =
                new ImportReport(
                        was.file(),
                        was.linesRead(),
                        was.linesKept(),
                        was.skipped(),
                        was.kinds(),
                        warnings);
        return new ImportResult(result.chats(), report, result.platform(), List.of());
    }
}
