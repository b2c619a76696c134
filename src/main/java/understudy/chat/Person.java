package understudy.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Somebody in the store, under all the names that exports give them.
///
/// @param id       the store's key
/// @param name     the name shown; the first of their names, or the one the owner chose
/// @param aliases  every name that exports use for them, `name` included
/// @param role     relation to the owner, such as `wife`; null until the owner says it
/// @param language the one they are written to in, as a tag such as `de`; null until it is said
/// @param me       whether this is the owner, whose voice is learned
public record Person(
        long id,
        String name,
        List<String> aliases,
        @Nullable String role,
        @Nullable String language,
        boolean me) {
    public Person {
        aliases = List.copyOf(aliases);
    }

    /// Somebody whose language nobody said.
    public Person(long id, String name, List<String> aliases, @Nullable String role, boolean me) {
        this(id, name, aliases, role, null, me);
    }
}
