package understudy.reply;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import understudy.text.SystemLine;

/// Whose voice a run learned and how its prompts begin; must be as in training.
///
/// @param me         the owner's name in the first line
/// @param systemLine pattern of the first line, see [understudy.text.SystemLine]; empty for none
public record Voice(String me, String systemLine) {
    /// To whom one talks.
    ///
    /// @param name     as in the store; null for a stranger
    /// @param relation to the owner, such as `wife`; null where unknown
    public record Partner(@Nullable String name, @Nullable String relation) {
        /// Somebody the store does not know.
        public static final Partner STRANGER = new Partner(null, null);
    }

    /// The first line of a conversation with `partner`; empty for none.
    public String firstLine(Partner partner, LocalDate date) {
        if (systemLine.isBlank()) {
            return "";
        }
        String name = partner.name() == null ? "somebody" : partner.name();
        return SystemLine.render(systemLine, me, name, partner.relation(), date);
    }
}
