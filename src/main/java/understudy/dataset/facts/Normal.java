package understudy.dataset.facts;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Texts as they are compared: small letters without accents, digits, one blank between words.
final class Normal {
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern APOSTROPHES = Pattern.compile("['\u2019`]");
    private static final Pattern OTHERS = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final Pattern PARTS = Pattern.compile("[,;/&]| (?:and|und|y|et|e|or|oder) ");

    private static final Set<String> ARTICLES =
            Set.of(
                    "a", "an", "the", "ein", "eine", "einen", "der", "die", "das", "un", "una",
                    "une", "um", "uma", "el", "la", "le", "les", "il", "lo", "o", "os", "as");

    private Normal() {}

    static String of(String text) {
        String split = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        String bare = APOSTROPHES.matcher(MARKS.matcher(split).replaceAll("")).replaceAll("");
        return OTHERS.matcher(bare.replace("\u00DF", "ss")).replaceAll(" ").strip();
    }

    /// Whether `part`'s words stand in `whole` one behind another; both as [#of] gives them.
    static boolean has(String whole, String part) {
        return !part.isEmpty() && (" " + whole + " ").contains(" " + part + " ");
    }

    static int words(String normal) {
        return normal.isEmpty() ? 0 : normal.split(" ").length;
    }

    /// What a right answer may say of a value: all of it, or one of the things it lists, each
    /// without its article.
    static List<String> values(String value) {
        List<String> all = new ArrayList<>();
        add(all, value);
        for (String part : PARTS.split(value)) {
            add(all, part);
        }
        return List.copyOf(all);
    }

    private static void add(List<String> all, String value) {
        String normal = of(value);
        int blank = normal.indexOf(' ');
        if (blank > 0 && ARTICLES.contains(normal.substring(0, blank))) {
            normal = normal.substring(blank + 1);
        }
        boolean tells = !normal.isEmpty() && !normal.matches("[a-z]");
        if (tells && !all.contains(normal)) {
            all.add(normal);
        }
    }
}
