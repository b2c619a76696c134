package understudy.dataset;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.SystemLine;

/// The first line of a dataset's rows.
///
/// @param myName the owner's name
/// @param facts  the line that tells the owner's facts; empty for none
record FirstLine(DatasetConfig config, String myName, String facts) {
    /// Null for no line.
    @Nullable Line of(Partner partner, LocalDateTime start) {
        String pattern = partner.group() ? config.groupLine() : config.systemLine();
        String first =
                pattern.isBlank()
                        ? ""
                        : SystemLine.render(
                                pattern,
                                myName,
                                partner.name(),
                                partner.role(),
                                start.toLocalDate());
        String both = SystemLine.with(first, facts);
        return both.isEmpty() ? null : new Line(Role.SYSTEM, null, both);
    }
}
