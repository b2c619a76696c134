package understudy.importer.whatsapp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

/// What WhatsApp writes into exports in all its languages. Data: `words.yaml`.
///
/// All languages are asked at once: an export does not say its language, and a phone's language
/// changes over the years of a chat.
///
/// @param names    file name patterns; `*` is the chat's name
/// @param omitted  folded, see [Marks#folded]; so are all below
/// @param attached what stands beside the name of a file
/// @param deleted  stands for a message that was taken back
/// @param edited   stands behind a message that was changed
/// @param missed   a call nobody took
/// @param calls    beginning of a line about a call
/// @param live     something the app shows in place of words
/// @param notices  part of the line about encryption
/// @param system   part of a line about the chat
record Words(
        List<String> names,
        Set<String> omitted,
        Set<String> attached,
        Set<String> deleted,
        Set<String> edited,
        Set<String> missed,
        Set<String> calls,
        Set<String> live,
        List<String> notices,
        List<String> system) {
    private static final Words STANDARD = load();

    static Words standard() {
        return STANDARD;
    }

    private static Words load() {
        try (InputStream in = Words.class.getResourceAsStream("words.yaml")) {
            JsonNode data = Json.yaml().readTree(in);
            List<String> names = new ArrayList<>();
            data.forEach(
                    language -> language.path("name").forEach(name -> names.add(name.asString())));
            return new Words(
                    List.copyOf(names),
                    folded(data, "omitted"),
                    folded(data, "attached"),
                    folded(data, "deleted"),
                    folded(data, "edited"),
                    folded(data, "missed"),
                    folded(data, "call"),
                    folded(data, "live"),
                    List.copyOf(folded(data, "notice")),
                    List.copyOf(folded(data, "system")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> folded(JsonNode data, String key) {
        Set<String> all = new HashSet<>();
        data.forEach(
                language -> language.path(key).forEach(w -> all.add(Marks.folded(w.asString()))));
        return Set.copyOf(all);
    }

    /// Whether `text` is the line about encryption, or quotes it.
    boolean isNotice(String text) {
        String folded = Marks.folded(text);
        return notices.stream().anyMatch(folded::contains);
    }

    /// Whether `text` has the words of a line about the chat.
    boolean isAboutTheChat(String text) {
        String folded = Marks.folded(text);
        return system.stream().anyMatch(folded::contains)
                || notices.stream().anyMatch(folded::contains);
    }
}
