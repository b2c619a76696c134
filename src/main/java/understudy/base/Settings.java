package understudy.base;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/// A tree of settings as a YAML file holds it, that remembers where each value stands.
///
/// Values stay words until somebody asks for one as a number, a flag or a choice; a wrong one is
/// then reported with its file and line. Each package reads its own section into a record and ends
/// with [#refuseOthers()], so that a misspelt key never has no effect in silence.
public final class Settings {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.+][A-Za-z0-9_.+/-]*");

    private final String path;
    private final Map<String, Entry> entries;
    private final Set<String> asked = new TreeSet<>();

    /// A value and where it stands; exactly one of the three is set.
    private record Entry(
            @Nullable String word,
            @Nullable List<String> words,
            @Nullable Settings section,
            String origin) {}

    private Settings(String path, Map<String, Entry> entries) {
        this.path = path;
        this.entries = entries;
    }

    /// Reads a YAML file.
    ///
    /// @throws UserError where it cannot be read or is no mapping of keys to values
    public static Settings read(Path file) {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new UserError(
                    "the settings cannot be read", file.toString(), "check the file's name", e);
        }
    }

    /// @param origin name of the file, for error messages
    public static Settings parse(String yaml, String origin) {
        try (JsonParser parser = Json.yaml().createParser(yaml)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return new Settings("", new LinkedHashMap<>());
            }
            if (first != JsonToken.START_OBJECT) {
                throw malformed("the file is no list of keys with values", origin, null);
            }
            return section(parser, "", origin);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? origin : origin + " line " + at.getLineNr();
            throw malformed("the file is not valid YAML", where, e);
        }
    }

    private static UserError malformed(String what, String where, @Nullable Exception cause) {
        return new UserError(what, where, "compare it with docs/config.md", cause);
    }

    private static Settings section(JsonParser parser, String path, String origin) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String where = origin + " line " + parser.currentTokenLocation().getLineNr();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                Settings inner = section(parser, join(path, key), origin);
                entries.put(key, new Entry(null, null, inner, where));
            } else if (value == JsonToken.START_ARRAY) {
                List<String> words = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (!parser.currentToken().isScalarValue()) {
                        throw malformed("'" + key + "' takes a list of plain words", where, null);
                    }
                    words.add(parser.getString());
                }
                entries.put(key, new Entry(null, List.copyOf(words), null, where));
            } else {
                String word = value == JsonToken.VALUE_NULL ? "" : parser.getString();
                entries.put(key, new Entry(word, null, null, where));
            }
        }
        return new Settings(path, entries);
    }

    /// These settings with those of `other` on top. `other` may only have keys that are here.
    ///
    /// @throws UserError for an unknown key, with the nearest known one
    public Settings overlaid(Settings other) {
        Map<String, Entry> merged = new LinkedHashMap<>(entries);
        other.entries.forEach((key, entry) -> {
            Entry mine = entries.get(key);
            if (mine == null) {
                throw unknown(join(path, key), entry.origin, keys());
            }
            if ((mine.section == null) != (entry.section == null)) {
                throw new UserError(
                        mine.section == null
                                ? "'" + join(path, key) + "' takes a value, not a section"
                                : "'" + join(path, key) + "' is a section and needs keys below it",
                        entry.origin,
                        "compare it with docs/config.md");
            }
            merged.put(
                    key,
                    mine.section == null || entry.section == null
                            ? entry
                            : new Entry(
                                    null,
                                    null,
                                    mine.section.overlaid(entry.section),
                                    entry.origin));
        });
        return new Settings(path, merged);
    }

    /// These settings with one of them changed, as `--set` does it.
    ///
    /// @param assignment `section.key=value`, or `key=value` where only one section has that key;
    ///     a list is written `a,b,c`
    public Settings with(String assignment) {
        int equals = assignment.indexOf('=');
        String origin = "--set " + assignment;
        if (equals < 1) {
            throw new UserError("a setting is written key=value", origin, "--set epochs=2");
        }
        String key = assignment.substring(0, equals).strip().replace('-', '_');
        return with(fullKey(key, origin), assignment.substring(equals + 1).strip(), origin);
    }

    private String fullKey(String key, String origin) {
        List<String> all = keys();
        if (all.contains(key)) {
            return key;
        }
        List<String> fit = all.stream().filter(k -> k.endsWith("." + key)).toList();
        if (fit.size() == 1) {
            return fit.getFirst();
        }
        if (fit.size() > 1) {
            throw new UserError(
                    "'" + key + "' may be " + String.join(" or ", fit), origin, "write it in full");
        }
        throw unknown(key, origin, all);
    }

    private Settings with(String key, String value, String origin) {
        int dot = key.indexOf('.');
        String first = dot < 0 ? key : key.substring(0, dot);
        Entry old = entries.get(first);
        Map<String, Entry> changed = new LinkedHashMap<>(entries);
        if (dot >= 0 && old != null && old.section != null) {
            Settings inner = old.section.with(key.substring(dot + 1), value, origin);
            changed.put(first, new Entry(null, null, inner, old.origin));
        } else if (old != null && old.words != null) {
            List<String> words = value.isEmpty() ? List.of() : List.of(value.split("\\s*,\\s*"));
            changed.put(first, new Entry(null, words, null, origin));
        } else {
            changed.put(first, new Entry(value, null, null, origin));
        }
        return new Settings(path, changed);
    }

    /// Every key with a value, in full: `train.epochs`.
    public List<String> keys() {
        List<String> all = new ArrayList<>();
        entries.forEach((key, entry) -> {
            if (entry.section == null) {
                all.add(key);
            } else {
                entry.section.keys().forEach(inner -> all.add(key + "." + inner));
            }
        });
        return all;
    }

    /// @return the section of that name; empty where there is none
    public Settings section(String key) {
        Entry entry = ask(key);
        if (entry == null) {
            return new Settings(join(path, key), new LinkedHashMap<>());
        }
        if (entry.section == null) {
            throw wrong(key, entry, "a section with keys of its own");
        }
        return entry.section;
    }

    public String text(String key, String standard) {
        Entry entry = ask(key);
        if (entry == null) {
            return standard;
        }
        if (entry.word == null) {
            throw wrong(key, entry, "one word or text");
        }
        return entry.word;
    }

    /// @param allowed words, one of which it must be
    public String choice(String key, String standard, String... allowed) {
        String word = text(key, standard);
        if (!List.of(allowed).contains(word)) {
            throw wrong(key, entries.get(key), "one of " + String.join(", ", allowed));
        }
        return word;
    }

    /// @param least    smallest allowed value
    /// @param greatest largest allowed value
    public int integer(String key, int standard, int least, int greatest) {
        String word = text(key, Integer.toString(standard)).replace("_", "");
        try {
            int value = Integer.parseInt(word);
            if (value >= least && value <= greatest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, together with the range
        }
        throw wrong(key, entries.get(key), "a whole number from " + least + " to " + greatest);
    }

    /// @param least    smallest allowed value
    /// @param greatest largest allowed value
    public double number(String key, double standard, double least, double greatest) {
        String word = text(key, Double.toString(standard)).replace("_", "");
        try {
            double value = Double.parseDouble(word);
            if (value >= least && value <= greatest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, together with the range
        }
        throw wrong(key, entries.get(key), "a number from " + least + " to " + greatest);
    }

    public boolean flag(String key, boolean standard) {
        return switch (text(key, Boolean.toString(standard)).toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw wrong(key, entries.get(key), "true or false");
        };
    }

    /// @return the words of a list; one word counts as a list of one
    public List<String> list(String key, List<String> standard) {
        Entry entry = ask(key);
        if (entry == null) {
            return standard;
        }
        if (entry.words != null) {
            return entry.words;
        }
        if (entry.word == null) {
            throw wrong(key, entry, "a list");
        }
        return entry.word.isEmpty() ? List.of() : List.of(entry.word);
    }

    /// The error for a value that only the caller can judge.
    ///
    /// @param wanted what it must be, such as `steps (50) or minutes (10m)`
    public UserError wrong(String key, String wanted) {
        return wrong(key, entries.get(key), wanted);
    }

    /// Refuses keys that nobody asked for.
    ///
    /// @throws UserError with the nearest key that has a meaning
    public void refuseOthers() {
        entries.forEach((key, entry) -> {
            if (!asked.contains(key)) {
                throw unknown(
                        join(path, key),
                        entry.origin,
                        asked.stream().map(known -> join(path, known)).toList());
            }
        });
    }

    /// The tree as YAML, without comments.
    public String yaml() {
        StringBuilder out = new StringBuilder();
        write(out, "");
        return out.toString();
    }

    private void write(StringBuilder out, String indent) {
        entries.forEach((key, entry) -> {
            out.append(indent).append(quoted(key)).append(':');
            if (entry.section != null) {
                out.append(entry.section.entries.isEmpty() ? " {}\n" : "\n");
                entry.section.write(out, indent + "  ");
            } else if (entry.words != null) {
                List<String> words = entry.words.stream().map(Settings::quoted).toList();
                out.append(" [").append(String.join(", ", words)).append("]\n");
            } else {
                out.append(' ').append(quoted(entry.word == null ? "" : entry.word)).append('\n');
            }
        });
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : Json.json().writeValueAsString(word);
    }

    private @Nullable Entry ask(String key) {
        asked.add(key);
        return entries.get(key);
    }

    private UserError wrong(String key, @Nullable Entry entry, String wanted) {
        return new UserError(
                "'" + join(path, key) + "' must be " + wanted,
                entry == null ? null : entry.origin,
                "correct the value, or leave the key out for its default");
    }

    private static UserError unknown(String key, String origin, List<String> known) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        List<String> near =
                Nearest.to(last, known.stream().map(Settings::last).distinct().toList(), 1);
        List<String> full =
                known.stream()
                        .filter(k -> !near.isEmpty() && last(k).equals(near.getFirst()))
                        .toList();
        return new UserError(
                "there is no setting '" + key + "'",
                origin,
                full.isEmpty()
                        ? "docs/config.md lists every setting"
                        : "did you mean " + String.join(" or ", full) + "?");
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
