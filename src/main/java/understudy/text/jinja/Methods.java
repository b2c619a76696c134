package understudy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Seq;

/// The methods of strings and dictionaries; there are no others, and none that changes a value.
final class Methods {
    private static final Set<String> OF_DICTIONARIES = Set.of("get", "items", "keys", "values");

    private static final Set<String> OF_STRINGS =
            Set.of(
                    "strip",
                    "lstrip",
                    "rstrip",
                    "split",
                    "rsplit",
                    "splitlines",
                    "startswith",
                    "endswith",
                    "upper",
                    "lower",
                    "title",
                    "capitalize",
                    "replace",
                    "join",
                    "find",
                    "count",
                    "removeprefix",
                    "removesuffix");

    private final Budget budget;

    Methods(Budget budget) {
        this.budget = budget;
    }

    /// @return the method bound to `of`, or null where there is none of that name
    @Nullable Function find(Value of, String name) {
        if (of instanceof Text text && OF_STRINGS.contains(name)) {
            return new Function(name, arguments -> ofString(text, name, arguments));
        }
        if (of instanceof Dict(Map<Value, Value> entries) && OF_DICTIONARIES.contains(name)) {
            return new Function(name, arguments -> ofDictionary(entries, name, arguments));
        }
        return null;
    }

    private static Value ofDictionary(Map<Value, Value> entries, String name, Arguments arguments) {
        return switch (name) {
            case "items" -> pairs(entries);
            case "keys" -> new Seq(List.copyOf(entries.keySet()));
            case "values" -> new Seq(List.copyOf(entries.values()));
            default -> {
                Value found = entries.get(arguments.required(0));
                if (found != null) {
                    yield found;
                }
                yield arguments.place().size() > 1 ? arguments.required(1) : Value.None.NONE;
            }
        };
    }

    static Value pairs(Map<Value, Value> entries) {
        List<Value> pairs = new ArrayList<>();
        entries.forEach((key, value) -> pairs.add(new Seq(List.of(key, value))));
        return new Seq(pairs);
    }

    private Value ofString(Text text, String name, Arguments arguments) {
        budget.text(text.length());
        return switch (name) {
            case "strip" -> strip(text, arguments.bind("chars")[0], true, true);
            case "lstrip" -> strip(text, arguments.bind("chars")[0], true, false);
            case "rstrip" -> strip(text, arguments.bind("chars")[0], false, true);
            case "split" -> split(text, arguments, false);
            case "rsplit" -> split(text, arguments, true);
            case "splitlines" -> {
                Value keep = arguments.bind("keepends")[0];
                yield new Seq(List.copyOf(lines(text, keep != null && Values.isTrue(keep))));
            }
            case "startswith" -> Value.of(affix(text, arguments.required(0), true));
            case "endswith" -> Value.of(affix(text, arguments.required(0), false));
            case "upper" -> text.map(t -> t.toUpperCase(Locale.ROOT));
            case "lower" -> text.map(t -> t.toLowerCase(Locale.ROOT));
            case "title" -> TextParts.title(text);
            case "capitalize" -> TextParts.capitalize(text);
            case "replace" -> replace(text, arguments);
            case "join" ->
                    ListFilters.join(text, Values.items(arguments.required(0), budget), budget);
            case "removeprefix" -> {
                Text affix = Values.text(arguments.required(0));
                yield affix(text, affix, true) ? text.slice(affix.length(), text.length()) : text;
            }
            case "removesuffix" -> {
                Text affix = Values.text(arguments.required(0));
                yield affix(text, affix, false)
                        ? text.slice(0, text.length() - affix.length())
                        : text;
            }
            default -> Value.of(places(text, Values.text(arguments.required(0)), name));
        };
    }

    private static boolean affix(Text text, Value affix, boolean atStart) {
        if (affix instanceof Seq(List<Value> several)) {
            return several.stream().anyMatch(one -> affix(text, one, atStart));
        }
        String wanted = Values.text(affix).characters();
        return atStart ? text.characters().startsWith(wanted) : text.characters().endsWith(wanted);
    }

    private Value replace(Text text, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("old", "new", "count");
        if (bound[0] == null || bound[1] == null) {
            throw new TemplateFault("too few arguments for replace");
        }
        long most = bound[2] == null ? Long.MAX_VALUE : Values.whole(bound[2]);
        return TextParts.replace(
                text,
                Values.text(bound[0]),
                Values.text(bound[1]),
                most < 0 ? Long.MAX_VALUE : most,
                budget);
    }

    /// `find` and `count`.
    private static long places(Text text, Text part, String name) {
        String all = text.characters();
        String wanted = part.characters();
        int found = all.indexOf(wanted);
        if (name.equals("find")) {
            return found < 0 ? -1 : all.codePointCount(0, found);
        }
        if (wanted.isEmpty()) {
            return TextParts.length(text) + 1L;
        }
        long count = 0;
        while (found >= 0) {
            count++;
            found = all.indexOf(wanted, found + wanted.length());
        }
        return count;
    }

    /// @param dropped the characters to drop; null or none for white space
    static Text strip(Text text, @Nullable Value dropped, boolean left, boolean right) {
        IntPredicate drop = TextParts::isSpace;
        if (dropped != null && dropped != Value.None.NONE) {
            String characters = Values.text(dropped).characters();
            drop = c -> characters.indexOf(c) >= 0;
        }
        return TextParts.strip(text, drop, left, right);
    }

    private Value split(Text text, Arguments arguments, boolean fromRight) {
        @Nullable Value[] bound = arguments.bind("sep", "maxsplit");
        long given = bound[1] == null ? -1 : Values.whole(bound[1]);
        long most = given < 0 ? Long.MAX_VALUE : given;
        Value separator = bound[0];
        if (separator == null || separator == Value.None.NONE) {
            if (fromRight && most != Long.MAX_VALUE) {
                throw new TemplateFault("an rsplit at white space, which is not supported");
            }
            return splitAtSpace(text, most);
        }
        Text wanted = Values.text(separator);
        if (wanted.isEmpty()) {
            throw new TemplateFault("a split at the empty string");
        }
        return fromRight
                ? splitFromRight(text, wanted.characters(), most)
                : splitFromLeft(text, wanted.characters(), most);
    }

    private Value splitFromLeft(Text text, String separator, long most) {
        List<Value> parts = new ArrayList<>();
        int from = 0;
        int found;
        while (parts.size() < most && (found = text.characters().indexOf(separator, from)) >= 0) {
            budget.step();
            parts.add(text.slice(from, found));
            from = found + separator.length();
        }
        parts.add(text.slice(from, text.length()));
        return new Seq(parts);
    }

    private Value splitFromRight(Text text, String separator, long most) {
        List<Value> parts = new ArrayList<>();
        int end = text.length();
        int found;
        while (parts.size() < most
                && end >= separator.length()
                && (found = text.characters().lastIndexOf(separator, end - separator.length()))
                        >= 0) {
            budget.step();
            parts.addFirst(text.slice(found + separator.length(), end));
            end = found;
        }
        parts.addFirst(text.slice(0, end));
        return new Seq(parts);
    }

    private Value splitAtSpace(Text text, long most) {
        List<Value> parts = new ArrayList<>();
        String all = text.characters();
        int at = skip(all, 0, true);
        while (at < all.length()) {
            budget.step();
            int end = parts.size() < most ? skip(all, at, false) : TextParts.endOfStripped(all);
            parts.add(text.slice(at, end));
            at = skip(all, end, true);
        }
        return new Seq(parts);
    }

    private static int skip(String all, int from, boolean spaces) {
        int at = from;
        while (at < all.length() && TextParts.isSpace(all.charAt(at)) == spaces) {
            at++;
        }
        return at;
    }

    /// Python's `str.splitlines`.
    static List<Text> lines(Text text, boolean keepEnds) {
        List<Text> lines = new ArrayList<>();
        String all = text.characters();
        int from = 0;
        for (int i = 0; i < all.length(); i++) {
            if ("\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029".indexOf(all.charAt(i)) >= 0) {
                int end = i;
                if (all.charAt(i) == '\r' && i + 1 < all.length() && all.charAt(i + 1) == '\n') {
                    i++;
                }
                lines.add(text.slice(from, keepEnds ? i + 1 : end));
                from = i + 1;
            }
        }
        if (from < all.length()) {
            lines.add(text.slice(from, all.length()));
        }
        return lines;
    }
}
