package understudy.bot;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;
import org.jspecify.annotations.Nullable;

/// Which language a chat is in: what the store says of the person, else what their messages are
/// in where there is enough of them, else the language of their app, else English.
///
/// Judged over the chat's newest messages together; single short messages tell little.
final class ChatLanguage {
    /// Letters below which messages are not judged.
    static final int LEAST_LETTERS = 60;

    /// Letters after which more would change nothing.
    private static final int MOST_LETTERS = 2000;

    /// The likeliest language must be this many times as likely as the next.
    private static final double CLEARLY = 1.5;

    /// The detector's three-letter codes of our languages.
    private static final Map<String, String> CODES =
            Map.ofEntries(
                    Map.entry("eng", "en"),
                    Map.entry("deu", "de"),
                    Map.entry("fra", "fr"),
                    Map.entry("spa", "es"),
                    Map.entry("ita", "it"),
                    Map.entry("por", "pt"),
                    Map.entry("nld", "nl"),
                    Map.entry("pol", "pl"),
                    Map.entry("tur", "tr"),
                    Map.entry("rus", "ru"),
                    Map.entry("ukr", "uk"),
                    Map.entry("ara", "ar"),
                    Map.entry("fas", "fa"),
                    Map.entry("pes", "fa"),
                    Map.entry("hin", "hi"),
                    Map.entry("cmn", "zh"),
                    Map.entry("zho", "zh"),
                    Map.entry("jpn", "ja"),
                    Map.entry("kor", "ko"),
                    Map.entry("ind", "id"));

    private @Nullable LanguageDetectorME detector; // read when first needed: 10 MB

    /// @param known of the person in the store; null where nobody said it
    /// @param texts what they wrote, the newest last
    /// @param app   of their app; empty where not told
    /// @return one of [Texts#LANGUAGES]
    String of(@Nullable String known, List<String> texts, String app) {
        if (known != null && !known.isBlank()) {
            return Texts.nearest(known);
        }
        return detect(texts).orElseGet(() -> Texts.nearest(app.isBlank() ? "en" : app));
    }

    private Optional<String> detect(List<String> texts) {
        String words =
                texts.reversed().stream()
                        .limit(100)
                        .map(t -> t.replaceAll("\\S*(?:://|@)\\S*", " "))
                        .collect(Collectors.joining(" "));
        int letters = (int) words.codePoints().filter(Character::isLetter).count();
        boolean dense = words.codePoints().anyMatch(ChatLanguage::dense);
        if (letters < (dense ? LEAST_LETTERS / 4 : LEAST_LETTERS)) {
            return Optional.empty();
        }
        Language[] found =
                predict(words.length() > MOST_LETTERS ? words.substring(0, MOST_LETTERS) : words);
        boolean clear =
                found.length == 1
                        || (found.length > 1
                                && found[0].getConfidence() > CLEARLY * found[1].getConfidence());
        return clear ? Optional.ofNullable(CODES.get(found[0].getLang())) : Optional.empty();
    }

    /// Chinese, Japanese and Korean say more with a character.
    private static boolean dense(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
            default -> false;
        };
    }

    /// The detector is not made for several threads.
    private synchronized Language[] predict(String text) {
        LanguageDetectorME ready = detector;
        if (ready == null) {
            ready = new LanguageDetectorME(model());
            detector = ready;
        }
        return ready.predictLanguages(text);
    }

    private static LanguageDetectorModel model() {
        try (InputStream in = ChatLanguage.class.getResourceAsStream("/langdetect-183.bin")) {
            if (in == null) {
                throw new IllegalStateException("the language model is not in the program");
            }
            return new LanguageDetectorModel(in);
        } catch (IOException e) {
            throw new IllegalStateException("the language model cannot be read", e);
        }
    }
}
