package understudy.importer;

import java.util.List;
import understudy.base.UserError;

/// Day and month cannot be told apart in a file, whatever evidence was looked at.
///
/// A command line that has a person in front of it asks; elsewhere this is an error whose fix is
/// the option `--date-order`.
public final class AmbiguousDates extends UserError {
    private final List<String> samples;
    private final List<DateOrder> open;
    private final String style;

    /// @param file     the file as the person named it
    /// @param line     line of the first sample
    /// @param samples  up to three dates as the file writes them
    /// @param open     the orders that remain, the likelier first
    /// @param headers  how many dates fit all of them
    /// @param style    see [DateReading]
    public AmbiguousDates(
            String file,
            int line,
            List<String> samples,
            List<DateOrder> open,
            int headers,
            String style) {
        super(
                "cannot tell day from month: all %d dates, such as %s, fit more than one order"
                        .formatted(headers, String.join(", ", samples)),
                file + " line " + line,
                "understudy import --date-order %s %s   (or %s)"
                        .formatted(
                                open.getFirst().flag(),
                                quoted(file),
                                String.join(
                                        ", ",
                                        open.stream().skip(1).map(DateOrder::flag).toList())));
        this.samples = List.copyOf(samples);
        this.open = List.copyOf(open);
        this.style = style;
    }

    private static String quoted(String file) {
        return file.contains(" ") ? '"' + file + '"' : file;
    }

    /// Up to three dates as the file writes them.
    public List<String> samples() {
        return samples;
    }

    /// The orders that remain, the likelier first.
    public List<DateOrder> open() {
        return open;
    }

    /// See [DateReading].
    public String style() {
        return style;
    }

    public DateOrder likelier() {
        return open.getFirst();
    }
}
