package understudy.store;

import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import understudy.base.Nearest;
import understudy.base.UserError;
import understudy.chat.Person;

/// Finds the person that a typed name means, and never guesses between two; the same for the tag
/// of a language.
final class Names {
    private static final int SUGGESTIONS = 3;

    private Names() {}

    /// @throws UserError where nobody, or more than one person, has that name
    static Person find(String name, List<Person> people) {
        String wanted = name.strip();
        List<Person> exact = people.stream().filter(p -> called(p, wanted, false)).toList();
        List<Person> found =
                exact.isEmpty()
                        ? people.stream().filter(p -> called(p, wanted, true)).toList()
                        : exact;
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.size() > 1) {
            throw new UserError(
                    "'" + wanted + "' may be " + quoted(found.stream().map(Person::name).toList()),
                    null,
                    "write the name exactly as `understudy people` shows it");
        }
        throw unknown(wanted, people);
    }

    /// @param typed such as `de`, `DE` or `pt_br`
    /// @return the tag as it is written, such as `pt-BR`
    /// @throws UserError where no language is called that
    static String language(String typed) {
        try {
            Locale locale = new Locale.Builder().setLanguageTag(typed.replace('_', '-')).build();
            if (Set.of(Locale.getISOLanguages()).contains(locale.getLanguage())) {
                return locale.toLanguageTag();
            }
        } catch (IllformedLocaleException e) {
            // reported below, with what is wanted
        }
        throw new UserError(
                "no language has the tag '" + typed + "'",
                null,
                "the two letters of ISO 639-1, such as de, en or pt-BR");
    }

    private static UserError unknown(String wanted, List<Person> people) {
        if (people.isEmpty()) {
            return new UserError(
                    "there is nobody in the store yet", null, "understudy import FILE...");
        }
        TreeSet<String> known = new TreeSet<>();
        people.forEach(p -> known.addAll(p.aliases()));
        people.forEach(p -> known.add(p.name()));
        List<String> near = Nearest.to(wanted, known, SUGGESTIONS);
        return new UserError(
                "nobody in the store is called '" + wanted + "'",
                null,
                near.isEmpty()
                        ? "understudy people lists everybody"
                        : "did you mean " + quoted(near) + "? understudy people lists everybody");
    }

    private static boolean called(Person person, String wanted, boolean anyCase) {
        return matches(person.name(), wanted, anyCase)
                || person.aliases().stream().anyMatch(a -> matches(a, wanted, anyCase));
    }

    private static boolean matches(String name, String wanted, boolean anyCase) {
        return anyCase ? name.strip().equalsIgnoreCase(wanted) : name.strip().equals(wanted);
    }

    private static String quoted(List<String> names) {
        return String.join(" or ", names.stream().map(n -> "'" + n + "'").toList());
    }
}
