package understudy.bot;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Takes a person out of what the bot remembers: their conversations, what waits for them, and what
/// they wrote in groups. Numbers of the network that the owner linked to them, and those of private
/// chats that the network shows under their name, are theirs.
public final class Forgetting {
    private final BotStore store;
    private final Set<String> names;

    /// @param names every name the person has in the chats
    public Forgetting(BotStore store, Collection<String> names) {
        this.store = store;
        this.names =
                names.stream()
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    /// @param dry whether it is only counted
    /// @return lines of conversations that are theirs
    public long run(boolean dry) {
        long lines =
                store.write(handle -> {
                    Set<Long> numbers = numbers(handle);
                    long count = 0;
                    for (long number : numbers) {
                        count += lines(handle, "chat = " + number);
                    }
                    List<Long> spoken = spoken(handle, numbers);
                    if (!dry) {
                        numbers.forEach(number -> delete(handle, number));
                        spoken.forEach(
                                id -> handle.execute("DELETE FROM history WHERE id = ?", id));
                    }
                    return count + spoken.size();
                });
        if (!dry) {
            store.rebuild();
        }
        return lines;
    }

    private boolean theirs(String name) {
        return names.contains(name.strip().toLowerCase(Locale.ROOT));
    }

    private Set<Long> numbers(Handle handle) {
        Set<Long> numbers = new TreeSet<>();
        for (String query :
                List.of(
                        "SELECT id, name FROM links",
                        "SELECT chat AS id, name FROM met WHERE is_group = 0")) {
            handle
                    .createQuery(query)
                    .map((row, context) -> Map.entry(row.getLong("id"), row.getString("name")))
                    .list()
                    .stream()
                    .filter(known -> theirs(known.getValue()))
                    .forEach(known -> numbers.add(known.getKey()));
        }
        return numbers;
    }

    private static long lines(Handle handle, String where) {
        return handle.createQuery("SELECT count(*) FROM history WHERE " + where)
                .mapTo(Long.class)
                .one();
    }

    /// What they said where others read it, too.
    private List<Long> spoken(Handle handle, Set<Long> numbers) {
        List<Long> spoken = new ArrayList<>();
        handle.createQuery("SELECT id, chat, name FROM history WHERE role = 'USER'")
                .map((row, context) ->
                        theirs(row.getString("name")) && !numbers.contains(row.getLong("chat"))
                                ? row.getLong("id")
                                : -1L)
                .forEach(id -> {
                    if (id >= 0) {
                        spoken.add(id);
                    }
                });
        return spoken;
    }

    private static void delete(Handle handle, long number) {
        for (String table :
                List.of(
                        "history", "inbox", "outbox", "silent", "met", "facts", "drafts", "reviews",
                        "parked")) {
            handle.execute("DELETE FROM " + table + " WHERE chat = ?", number);
        }
        handle.execute("DELETE FROM inbox WHERE sender = ?", number);
        handle.execute("DELETE FROM drafts WHERE person = ?", number);
        handle.execute("DELETE FROM counted WHERE person = ?", number);
        handle.execute("DELETE FROM allowed WHERE person = ?", number);
        handle.execute("DELETE FROM links WHERE id = ?", number);
    }
}
