package understudy.reply;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.SystemLine;

/// Whose voice a run learned and how its prompts begin; must be as in training.
///
/// @param me         the owner's name in the first line
/// @param systemLine pattern of the first line, see [understudy.text.SystemLine]; empty for none
/// @param roleNames  whether lines of the other side say what they are to the owner
/// @param facts      the line behind the first one that tells the owner's facts; empty for none
public record Voice(String me, String systemLine, boolean roleNames, String facts) {
    /// A voice that was learned without such names.
    public Voice(String me, String systemLine) {
        this(me, systemLine, false);
    }

    /// A voice that was learned without a line of facts.
    public Voice(String me, String systemLine, boolean roleNames) {
        this(me, systemLine, roleNames, "");
    }

    /// The same without the line of facts.
    public Voice withoutFacts() {
        return new Voice(me, systemLine, roleNames);
    }

    /// To whom one talks.
    ///
    /// @param name     as in the store; null for a stranger
    /// @param relation to the owner, such as `wife`; null where unknown
    public record Partner(@Nullable String name, @Nullable String relation) {
        /// Somebody the store does not know.
        public static final Partner STRANGER = new Partner(null, null);
    }

    /// `lines` as they were in training.
    public List<Line> lines(List<Line> lines, Partner partner) {
        return roleNames && partner.relation() != null
                ? lines.stream()
                        .map(l -> l.role() == Role.USER ? l.from(partner.relation()) : l)
                        .toList()
                : lines;
    }

    /// The first line of a conversation with `partner`; empty for none.
    public String firstLine(Partner partner, LocalDate date) {
        String name = partner.name() == null ? "somebody" : partner.name();
        String first =
                systemLine.isBlank()
                        ? ""
                        : SystemLine.render(systemLine, me, name, partner.relation(), date);
        return SystemLine.with(first, facts);
    }
}
