package understudy.bot;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import understudy.base.Settings;

/// Knows, without any model, whether somebody asks if they talk to a program, in each of
/// [Texts#LANGUAGES], and whether a text denies being one.
///
/// A text is cut into clauses at its punctuation; a clause counts only as a whole: openings such as
/// "hey, tell me", the question, and endings such as "or what". So "are you a bot expert?" is not
/// asked by this rule. What stands in quotation marks beside other words is somebody else's.
public final class BotQuestion {
    private static final Pattern QUOTED =
            Pattern.compile(
                    "\"[^\"\n]*\"|“[^”\n]*[”“]|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」|『[^』\n]*』");
    private static final Pattern BREAK =
            Pattern.compile("[.!?…;:,\n()\\[\\]—–¿¡。！？、，；：؟،؛।~]+|\\s-+\\s");
    private static final Pattern MARKS = Pattern.compile("[\\u0300-\\u036f\\u064b-\\u0652\\u0640]");
    private static final Pattern SILENT = Pattern.compile("['’‘`´ʼ\\u200c\\u200d\\u200e\\u200f]");
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{M}\\p{N}?]+");

    /// A clause longer than this is no question but a story; also bounds the work.
    private static final int MAX_CLAUSE = 160;

    private static final int MAX_CLAUSES = 60;

    /// Patterns of one language.
    ///
    /// @param compact whether its words stand without spaces
    private record Language(
            String tag, boolean compact, List<Pattern> asks, List<Pattern> denies) {}

    private final List<Language> languages;

    /// @param me the name of whom the bot imitates: "are you really Anna?"
    public BotQuestion(String me) {
        String name =
                Stream.concat(Stream.of(me), Stream.of(me.split("\\s+")))
                        .map(BotQuestion::normal)
                        .map(String::strip)
                        .filter(n -> n.length() > 1)
                        .distinct()
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|", "(?:", ")"));
        String whom = name.equals("(?:)") ? "(?:\\b\\B)" : name; // nobody
        this.languages = Texts.LANGUAGES.stream().map(tag -> load(tag, whom)).toList();
    }

    private static Language load(String tag, String me) {
        Settings file = Settings.parse(Texts.resource("questions", tag), tag + ".yaml");
        boolean compact = file.flag("compact", false);
        List<String[]> macros = new ArrayList<>();
        for (String key : List.of("alternative", "end", "bot", "thing", "human", "adv")) {
            macros.add(new String[] {"<" + key + ">", file.text(key, "")});
        }
        macros.add(new String[] {"<me>", me});
        String front = repeated(file.text("front", ""), compact, true);
        String tail = repeated(file.text("tail", ""), compact, false);
        String ask = compact ? "\\??" : "(?: \\?)?";
        List<Pattern> asks =
                file.list("asks", List.of()).stream()
                        .map(a -> Pattern.compile(front + fill(a, macros) + tail + ask))
                        .toList();
        List<Pattern> denies =
                file.list("denies", List.of()).stream()
                        .map(d -> Pattern.compile(fill(d, macros) + ask))
                        .toList();
        file.refuseOthers();
        return new Language(tag, compact, asks, denies);
    }

    private static String repeated(String words, boolean compact, boolean before) {
        String any = "(?:" + letters(words) + ")";
        String one = compact ? any : before ? any + " " : " " + any;
        return "(?:" + one + "){0,4}";
    }

    private static String fill(String pattern, List<String[]> macros) {
        String filled = pattern;
        for (String[] macro : macros) {
            filled = filled.replace(macro[0], macro[1]);
        }
        return letters(filled.replace("<adv>", adverbs(macros)));
    }

    private static String adverbs(List<String[]> macros) {
        return macros.stream().filter(m -> m[0].equals("<adv>")).findFirst().orElseThrow()[1];
    }

    /// The language of the question, where `text` asks whether it is a bot.
    ///
    /// @param likely the chat's language, for questions that several languages share
    public Optional<String> asked(String text, String likely) {
        List<String> clauses = clauses(text);
        List<Language> matching =
                languages.stream()
                        .filter(l -> clauses.stream().anyMatch(c -> matches(l, l.asks, c)))
                        .toList();
        return matching.stream()
                .map(Language::tag)
                .filter(t -> t.equals(Texts.nearest(likely)))
                .findFirst()
                .or(() -> matching.stream().map(Language::tag).findFirst());
    }

    /// Whether `text` says that its writer is no program.
    public boolean denies(String text) {
        List<String> clauses = clauses(text);
        return languages.stream()
                .anyMatch(l -> clauses.stream().anyMatch(c -> matches(l, l.denies, c)));
    }

    private static boolean matches(Language language, List<Pattern> patterns, String clause) {
        String words = language.compact ? clause.replace(" ", "") : clause;
        return patterns.stream().anyMatch(p -> p.matcher(words).matches());
    }

    /// The clauses of a text as the patterns read them; ` ?` ends one that is asked. Neighbours are
    /// also given together, since people set commas as they like.
    private static List<String> clauses(String text) {
        String outside = QUOTED.matcher(text).replaceAll("\n");
        String source = outside.isBlank() ? text : outside;
        List<String> clauses = new ArrayList<>();
        Matcher breaks = BREAK.matcher(source);
        int from = 0;
        while (from <= source.length() && clauses.size() < MAX_CLAUSES) {
            boolean found = breaks.find();
            int to = found ? breaks.start() : source.length();
            boolean asked = found && breaks.group().chars().anyMatch(c -> "?？؟".indexOf(c) >= 0);
            String words = normal(source.substring(from, to));
            if (!words.isBlank()) {
                clauses.add(asked ? words + " ?" : words);
            }
            if (!found) {
                break;
            }
            from = breaks.end();
        }
        List<String> all = new ArrayList<>(clauses);
        for (int i = 0; i + 1 < clauses.size(); i++) {
            if (!clauses.get(i).endsWith("?")) {
                all.add(clauses.get(i) + " " + clauses.get(i + 1));
            }
        }
        all.removeIf(c -> c.length() > MAX_CLAUSE);
        return all;
    }

    /// Lower case, without accents, apostrophes and punctuation, one space between words.
    static String normal(String text) {
        String lower =
                Normalizer.normalize(text, Normalizer.Form.NFKC)
                        .replace('İ', 'i')
                        .toLowerCase(Locale.ROOT)
                        .replace('ı', 'i')
                        .replace("ß", "ss");
        String bare =
                MARKS.matcher(Normalizer.normalize(lower, Normalizer.Form.NFD)).replaceAll("");
        String whole = Normalizer.normalize(bare, Normalizer.Form.NFC);
        return NO_WORD.matcher(letters(whole)).replaceAll(" ").strip();
    }

    /// One letter for those that people write alike.
    private static String letters(String text) {
        return SILENT.matcher(text)
                .replaceAll("")
                .replace('ي', 'ی')
                .replace('ى', 'ی')
                .replace('ك', 'ک')
                .replace('ة', 'ه')
                .replace('أ', 'ا')
                .replace('إ', 'ا')
                .replace('آ', 'ا')
                .replace('ٱ', 'ا')
                .replace('ئ', 'ی')
                .replace('ؤ', 'و');
    }
}
