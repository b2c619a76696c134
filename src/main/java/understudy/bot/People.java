package understudy.bot;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import understudy.base.Nearest;
import understudy.chat.Person;

/// The people of the chat store, to say who somebody in the network is.
public final class People {
    private final Supplier<List<Person>> source;
    private volatile List<Person> all;

    /// @param source reads them; asked at the start, and when the owner looks at them
    public People(Supplier<List<Person>> source) {
        this.source = source;
        this.all = source.get();
    }

    public static People none() {
        return new People(List::of);
    }

    void refresh() {
        all = source.get();
    }

    Optional<Person> byId(long id) {
        return all.stream().filter(p -> p.id() == id).findFirst();
    }

    /// Everybody but the owner who is called exactly `name`, any case; else whose name is close.
    List<Person> called(String name) {
        String wanted = name.strip();
        List<Person> others = all.stream().filter(p -> !p.me()).toList();
        List<Person> exact =
                others.stream()
                        .filter(p -> names(p).stream().anyMatch(n -> same(n, wanted)))
                        .toList();
        if (!exact.isEmpty() || wanted.isEmpty()) {
            return exact;
        }
        TreeSet<String> known = new TreeSet<>();
        others.forEach(p -> known.addAll(names(p)));
        List<String> near = Nearest.to(wanted, known, 4);
        return others.stream()
                .filter(p -> names(p).stream().anyMatch(near::contains))
                .limit(4)
                .toList();
    }

    static Collection<String> names(Person person) {
        List<String> names = new ArrayList<>(person.aliases());
        names.add(person.name());
        return names;
    }

    private static boolean same(String a, String b) {
        return a.strip().toLowerCase(Locale.ROOT).equals(b.toLowerCase(Locale.ROOT));
    }

    /// Whoever has this name in the store.
    Optional<Person> named(String name) {
        return all.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
