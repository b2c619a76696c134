package understudy.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import understudy.chat.Person;

/// Takes a person out of the tables of the chat store.
final class Forgetting {
    /// Shorter names stand in too many words.
    private static final int LEAST_NAMED = 3;

    private final Handle handle;
    private final Person person;
    private final List<String> names;

    Forgetting(Handle handle, Person person) {
        this.handle = handle;
        this.person = person;
        TreeSet<String> all = new TreeSet<>(person.aliases());
        all.add(person.name());
        this.names = List.copyOf(all);
    }

    /// A chat and whether it is of nobody but the person and the owner.
    private record Room(long id, String name, boolean alone) {}

    /// @param dry whether it is only counted
    Forgotten run(boolean dry) {
        List<Room> rooms =
                handle.createQuery(
                                """
                                SELECT c.id, c.name,
                                       NOT EXISTS (
                                           SELECT 1 FROM messages o
                                           JOIN identities i ON i.alias = o.author
                                           JOIN people p ON p.id = i.person
                                           WHERE o.chat = c.id AND p.id <> :person AND p.me = 0
                                       ) AS alone
                                FROM chats c WHERE EXISTS (
                                    SELECT 1 FROM messages m
                                    JOIN identities i ON i.alias = m.author
                                    WHERE m.chat = c.id AND i.person = :person)
                                ORDER BY c.name
                                """)
                        .bind("person", person.id())
                        .map((row, context) ->
                                new Room(
                                        row.getLong("id"),
                                        row.getString("name"),
                                        row.getBoolean("alone")))
                        .list();
        long own = 0;
        List<String> whole = new ArrayList<>();
        for (Room room : rooms) {
            if (room.alone) {
                whole.add(room.name);
                own += count("chat = " + room.id + " AND author NOT IN " + AUTHORS);
            }
        }
        long theirs = count("author IN " + AUTHORS);
        String elsewhere = " AND chat NOT IN (" + ids(rooms) + ")";
        long inGroups = count("author IN " + AUTHORS + elsewhere);
        List<Long> system = named("author IS NULL" + elsewhere);
        List<Long> mentions = named("author IS NOT NULL AND author NOT IN " + AUTHORS + elsewhere);
        if (!dry) {
            delete(rooms, system);
        }
        return new Forgotten(names, theirs, whole, own, inGroups, system.size(), mentions.size());
    }

    private static final String AUTHORS = "(SELECT alias FROM identities WHERE person = :person)";

    private static String ids(List<Room> rooms) {
        return String.join(
                ", ",
                rooms.stream().filter(Room::alone).map(room -> Long.toString(room.id)).toList());
    }

    private long count(String where) {
        return handle.createQuery(
                        "SELECT count(*) FROM messages WHERE " + where + " AND :person = :person")
                .bind("person", person.id())
                .mapTo(Long.class)
                .one();
    }

    /// Keys of the messages in which one of the names stands.
    private List<Long> named(String where) {
        List<Long> found = new ArrayList<>();
        handle.createQuery(
                        "SELECT id, text FROM messages WHERE " + where + " AND :person = :person")
                .bind("person", person.id())
                .map((row, context) -> names(row.getString("text")) ? row.getLong("id") : -1L)
                .forEach(id -> {
                    if (id >= 0) {
                        found.add(id);
                    }
                });
        return found;
    }

    private boolean names(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return names.stream()
                .filter(name -> name.length() >= LEAST_NAMED)
                .anyMatch(name -> lower.contains(name.toLowerCase(Locale.ROOT)));
    }

    private void delete(List<Room> rooms, List<Long> system) {
        for (Room room : rooms) {
            if (room.alone) {
                handle.execute("DELETE FROM messages WHERE chat = ?", room.id);
                handle.execute("DELETE FROM sources WHERE chat = ?", room.id);
                handle.execute("DELETE FROM chats WHERE id = ?", room.id);
            }
        }
        handle.execute(
                "DELETE FROM messages WHERE author IN"
                        + " (SELECT alias FROM identities WHERE person = ?)",
                person.id());
        system.forEach(id -> handle.execute("DELETE FROM messages WHERE id = ?", id));
        handle.createQuery("SELECT id, name FROM sources")
                .map((row, context) -> names(row.getString("name")) ? row.getLong("id") : -1L)
                .list()
                .forEach(id -> handle.execute("UPDATE sources SET name = '' WHERE id = ?", id));
        handle.execute("DELETE FROM identities WHERE person = ?", person.id());
        handle.execute("DELETE FROM people WHERE id = ?", person.id());
    }
}
