package understudy.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Somebody in the store, under all the names that exports give them.
///
/// @param id      the store's key
/// @param name    the name shown; the first of their names, or the one the owner chose
/// @param aliases every name that exports use for them, `name` included
/// @param role    relation to the owner, such as `wife`; null until the owner says it
/// @param me      whether this is the owner, whose voice is learned
public record Person(
        long id, String name, List<String> aliases, @Nullable String role, boolean me) {
    public Person {
        aliases = List.copyOf(aliases);
    }
}
