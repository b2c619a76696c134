package understudy.bot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import understudy.base.Settings;

/// What the bot says by rule, in every language it speaks: a resource per language.
///
/// Every language has every text; the resources are read once, and a missing text fails there.
public final class Texts {
    /// Languages with texts, English first: the one for everybody else.
    public static final List<String> LANGUAGES =
            List.of(
                    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ru", "uk", "ar", "fa",
                    "hi", "zh", "ja", "ko", "id");

    /// A text; its name in lower case is its key in the resource.
    public enum Say {
        /// First line of the first reply in a chat.
        DISCLOSURE,
        /// Answers whether it is a bot.
        BOT_ANSWER,
        /// To people whom it does not answer.
        NOT_FOR_YOU,
        /// To a voice message, a picture and so on.
        TEXT_ONLY,
        /// Where nothing that the model wrote may go out.
        SPEECHLESS,
        STARTED,
        CLEARED,
        STOPPED,
        PRIVACY,
        /// Follows [#PRIVACY] where another server writes.
        PRIVACY_SERVER,
        HELP,
        COMMAND_START,
        COMMAND_CLEAR,
        COMMAND_STOP,
        COMMAND_PRIVACY,
        COMMAND_HELP
    }

    private static final Map<String, Map<Say, String>> ALL = new LinkedHashMap<>();

    static {
        LANGUAGES.forEach(language -> ALL.put(language, load(language)));
    }

    private final String me;
    private final String where;

    /// @param me    whom the bot imitates
    /// @param where host of the server that writes; empty for this computer
    public Texts(String me, String where) {
        this.me = me;
        this.where = where;
    }

    private static Map<Say, String> load(String language) {
        Settings words = Settings.parse(resource("languages", language), language + ".yaml");
        Map<Say, String> texts = new EnumMap<>(Say.class);
        for (Say say : Say.values()) {
            String text = words.text(say.name().toLowerCase(Locale.ROOT), "");
            if (text.isEmpty()) {
                throw new IllegalStateException(language + ".yaml lacks " + say);
            }
            texts.put(say, text);
        }
        words.refuseOthers();
        return texts;
    }

    static String resource(String folder, String language) {
        String name = "/bot/" + folder + "/" + language + ".yaml";
        try (InputStream in = Texts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("unreadable resource " + name, e);
        }
    }

    /// The nearest language with texts: `pt-BR` is `pt`, an unknown one is English.
    public static String nearest(String tag) {
        String[] parts = tag.toLowerCase(Locale.ROOT).split("[-_]", 2);
        return ALL.containsKey(parts[0]) ? parts[0] : LANGUAGES.getFirst();
    }

    /// @param language a tag; see [#nearest]
    public String say(Say what, String language) {
        String text = text(what, language);
        if (what == Say.PRIVACY && !where.isEmpty()) {
            text += " " + text(Say.PRIVACY_SERVER, language);
        }
        return text.replace("{where}", where).replace("{me}", me); // a name may have braces
    }

    private static String text(Say what, String language) {
        Map<Say, String> texts = ALL.get(nearest(language));
        String text = texts == null ? null : texts.get(what);
        if (text == null) {
            throw new IllegalStateException(language + " " + what);
        }
        return text;
    }

    /// A text of the bot's own without the line that says what it is, as the conversation's history
    /// is to show it.
    public String undisclosed(String text) {
        int end = text.indexOf('\n');
        String first = end < 0 ? text : text.substring(0, end);
        boolean disclosure =
                LANGUAGES.stream().anyMatch(l -> say(Say.DISCLOSURE, l).equals(first.strip()));
        return disclosure ? (end < 0 ? "" : text.substring(end + 1).strip()) : text;
    }
}
