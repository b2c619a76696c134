package understudy.dataset.facts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// The file `facts.md`: list items are facts, headings their topics, everything else is for people.
///
/// An item is `key: value` with a key of three words at most, or a sentence. An item without a
/// value is not filled in yet, and is left out. Nothing of the file is quoted in an error; these
/// name the line.
public final class FactsFile {
    /// The file's name in a home.
    public static final String NAME = "facts.md";

    /// Bytes of a file.
    public static final int MOST_BYTES = 32_768;

    /// Facts in a file.
    public static final int MOST_FACTS = 100;

    /// Characters of a value or a sentence; of a key [#MOST_KEY].
    public static final int MOST_VALUE = 200;

    static final int MOST_KEY = 40;

    private static final Pattern ITEM = Pattern.compile("\\s{0,8}[-*+]\\s+(\\S.*)");
    private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(\\S.*?)[\\s#]*");
    private static final Pattern KEYED =
            Pattern.compile("([^\\s:]+(?: [^\\s:]+){0,2})\\s*:(?:\\s+(.*))?");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Cf}]+");
    private static final Pattern MARKS = Pattern.compile("[*_`]{1,3}(.+?)[*_`]{1,3}");
    private static final Pattern COMMENT = Pattern.compile("(?s)<!--.*?(?:-->|\\z)");

    private FactsFile() {}

    /// @throws UserError where it is not there, too large, no UTF-8, or has a wrong line
    public static List<Fact> read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw new UserError(
                    "the facts cannot be read",
                    file.toString(),
                    "check the file's name, or write one: understudy facts init",
                    e);
        }
        if (bytes.length > MOST_BYTES) {
            throw new UserError(
                    "the facts are longer than " + MOST_BYTES + " bytes",
                    file.toString(),
                    "keep the facts that people ask for, a line each");
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return parse(text, file.toString());
        } catch (CharacterCodingException e) {
            throw new UserError(
                    "the facts are not written in UTF-8",
                    file.toString(),
                    "save the file as UTF-8 text",
                    e);
        }
    }

    /// @param origin name of the file, for errors
    public static List<Fact> parse(String text, String origin) {
        List<Fact> facts = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        String topic = "";
        int number = 0;
        for (String line : uncommented(text).split("\\R", -1)) {
            number++;
            String where = origin + " line " + number;
            Matcher heading = HEADING.matcher(line);
            Matcher item = ITEM.matcher(line);
            if (heading.matches()) {
                topic = shortened(plain(heading.group(1), where));
            } else if (item.matches()) {
                Fact fact = fact(number, plain(item.group(1), where), topic, where);
                if (fact != null) {
                    add(fact, facts, lines, where);
                }
            }
        }
        return List.copyOf(facts);
    }

    /// Comments become their line breaks, so that lines keep their numbers.
    private static String uncommented(String text) {
        return COMMENT.matcher(text.startsWith("\uFEFF") ? text.substring(1) : text)
                .replaceAll(comment -> comment.group().replaceAll("[^\\n]", ""));
    }

    private static @Nullable Fact fact(int line, String text, String topic, String where) {
        Matcher keyed = KEYED.matcher(text);
        boolean hasKey = keyed.matches();
        String key = hasKey ? keyed.group(1) : "";
        String value = !hasKey ? text : keyed.group(2) == null ? "" : keyed.group(2).strip();
        if (key.length() > MOST_KEY) {
            throw new UserError(
                    "the name of a fact is longer than " + MOST_KEY + " characters",
                    where,
                    "shorten it: - home: Leipzig");
        }
        if (value.length() > MOST_VALUE) {
            throw new UserError(
                    "a fact is longer than " + MOST_VALUE + " characters",
                    where,
                    "make several facts of it, a line each");
        }
        return value.isBlank() ? null : new Fact(line, key, value, topic);
    }

    private static void add(Fact fact, List<Fact> facts, Map<String, Integer> lines, String where) {
        if (facts.size() == MOST_FACTS) {
            throw new UserError(
                    "there are more than " + MOST_FACTS + " facts",
                    where,
                    "keep those that people ask for");
        }
        String about = fact.isStatement() ? Normal.of(fact.value()) : Wordings.topic(fact.key());
        Integer earlier = lines.putIfAbsent(about, fact.line());
        if (earlier != null) {
            throw new UserError(
                    "two facts say the same thing, or are about the same thing",
                    where + ", and line " + earlier,
                    "write them in one line: - pets: a cat and a dog");
        }
        facts.add(fact);
    }

    /// One line of plain text: no marks of Markdown, no invisible characters.
    private static String plain(String text, String where) {
        if (text.codePoints().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
            throw new UserError(
                    "there is a control character", where, "write the line again by hand");
        }
        String bare = MARKS.matcher(text).replaceAll("$1");
        return BLANKS.matcher(bare).replaceAll(" ").strip();
    }

    private static String shortened(String topic) {
        return topic.length() <= MOST_KEY ? topic : "";
    }

    /// What `understudy facts init` writes: every well-known key, without a value.
    public static String example() {
        StringBuilder text =
                new StringBuilder(
                        """
                        # Facts about me

                        What people ask me, and what is true. `understudy prepare` reads this file,
                        and the clone learns it: whatever stands here it may tell anybody who asks.
                        Fill in what you like as you would answer, and leave the rest; a line
                        without an answer counts as unknown, and the clone learns to evade such
                        questions as you do. Keys of your own (shoe size: 43) are fine, and so are
                        sentences (I have never been to Paris).

                        """);
        for (String topic : Wordings.topics()) {
            text.append("- ").append(topic).append(":\n");
        }
        return text.toString();
    }
}
