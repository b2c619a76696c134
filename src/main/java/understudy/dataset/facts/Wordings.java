package understudy.dataset.facts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import understudy.base.Settings;

/// How one asks for facts in a language, how one answers, and how one does not.
///
/// The words are files of the program, `facts/en.yaml` and so on; all of them have the same topics.
public final class Wordings {
    private static final String VALUE = "{}";
    private static final String KEY = "{key}";

    private final List<String> words;
    private final List<String> evasions;
    private final List<String> openers;
    private final List<String> about;
    private final String aboutTopic;
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Topic general;

    /// Wordings of one topic.
    ///
    /// @param also other names of it
    /// @param ask  questions to learn from
    /// @param held questions kept back to measure with
    /// @param say  answers in a sentence, with `{}` for the value
    record Topic(List<String> also, List<String> ask, List<String> held, List<String> say) {
        private static Topic of(Settings section) {
            return new Topic(
                    section.list("also", List.of()),
                    section.list("ask", List.of()),
                    section.list("held", List.of()),
                    section.list("say", List.of()));
        }

        /// The same for a key that has no wordings of its own.
        Topic about(String key) {
            return new Topic(also, filled(ask, key), filled(held, key), filled(say, key));
        }

        private static List<String> filled(List<String> texts, String key) {
            return texts.stream().map(t -> t.replace(KEY, key)).toList();
        }

        List<String> answers(String value) {
            return say.stream().map(s -> s.replace(VALUE, value)).toList();
        }
    }

    /// Read once, when first needed.
    private static final class All {
        static final Map<FactLanguage, Wordings> WORDINGS = new EnumMap<>(FactLanguage.class);
        static final Map<String, String> TOPICS = new HashMap<>();

        static {
            for (FactLanguage language : FactLanguage.values()) {
                Wordings wordings = new Wordings(language);
                WORDINGS.put(language, wordings);
                wordings.topics.forEach((id, topic) -> {
                    TOPICS.putIfAbsent(Normal.of(id), id);
                    topic.also.forEach(also -> TOPICS.putIfAbsent(Normal.of(also), id));
                });
            }
        }
    }

    private Wordings(FactLanguage language) {
        String file = "/facts/" + language.code() + ".yaml";
        Settings settings = Settings.parse(resource(file), file);
        this.words = settings.list("words", List.of());
        this.evasions = settings.list("evasions", List.of());
        this.openers = settings.list("openers", List.of());
        this.about = settings.list("about", List.of());
        this.aboutTopic = settings.text("topic", KEY);
        this.general = Topic.of(settings.section("general"));
        Settings all = settings.section("topics");
        for (String key : all.keys()) {
            String id = key.substring(0, key.indexOf('.'));
            topics.computeIfAbsent(id, i -> Topic.of(all.section(i)));
        }
    }

    private static String resource(String name) {
        try (InputStream in = Wordings.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("unreadable resource " + name, e);
        }
    }

    static Wordings of(FactLanguage language) {
        Wordings wordings = All.WORDINGS.get(language);
        if (wordings == null) {
            throw new IllegalStateException("no wordings in " + language.code());
        }
        return wordings;
    }

    /// The well-known topics, by their English names.
    public static Set<String> topics() {
        return of(FactLanguage.EN).topics.keySet();
    }

    /// Which well-known topic a key names in any of the languages (`Wohnort` is `home`); the key
    /// itself, normalised, where it is none.
    public static String topic(String key) {
        String normal = Normal.of(key);
        String bare = normal.replaceFirst("^(?:my|mein|meine|mi|mon|ma|meu|minha|mio|mia) ", "");
        String known = All.TOPICS.get(bare);
        return known == null ? bare : known;
    }

    /// @param key of a fact, or the name of a topic
    Topic topicOf(String key) {
        Topic known = topics.get(topic(key));
        return known == null ? general.about(key) : known;
    }

    /// Small words that tell the language.
    List<String> words() {
        return words;
    }

    /// What is said in place of an answer.
    List<String> evasions() {
        return evasions;
    }

    /// What may stand before a question.
    List<String> openers() {
        return openers;
    }

    /// How one asks for anything at all.
    List<String> about() {
        return about;
    }

    /// How one asks for what stands under a heading.
    String about(String heading) {
        return aboutTopic.replace(KEY, heading);
    }
}
