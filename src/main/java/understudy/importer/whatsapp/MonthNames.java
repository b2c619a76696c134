package understudy.importer.whatsapp;

import java.time.Month;
import java.time.format.TextStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Names of months in the languages of WhatsApp, for phones that write dates in words.
final class MonthNames {
    private static final List<String> LANGUAGES =
            List.of(
                    "en", "de", "es", "pt", "fr", "it", "nl", "tr", "ru", "uk", "pl", "ar", "he",
                    "hi", "id", "sv", "da", "nb", "fi", "cs", "ro", "hu", "el", "th", "vi", "fa",
                    "ca", "sk", "hr", "bg", "ms", "bn", "ur");
    private static final List<TextStyle> STYLES =
            List.of(
                    TextStyle.FULL,
                    TextStyle.SHORT,
                    TextStyle.FULL_STANDALONE,
                    TextStyle.SHORT_STANDALONE);
    private static final Map<String, Integer> MONTHS = names();

    private MonthNames() {}

    private static Map<String, Integer> names() {
        Map<String, Integer> months = new HashMap<>();
        for (String language : LANGUAGES) {
            for (Month month : Month.values()) {
                for (TextStyle style : STYLES) {
                    String name = Clock.key(month.getDisplayName(style, Locale.of(language)));
                    if (name.codePoints().anyMatch(Character::isLetter)) {
                        months.putIfAbsent(name, month.getValue());
                    }
                }
            }
        }
        return months;
    }

    /// 1 to 12; null where `text` holds no month. Other words beside it, such as "de", are passed.
    static @Nullable Integer in(String text) {
        if (text.codePoints().noneMatch(Character::isLetter)) {
            return null;
        }
        for (String word : text.split("[\\s,./-]+")) {
            Integer month = MONTHS.get(Clock.key(word));
            if (month != null && !word.isEmpty()) {
                return month;
            }
        }
        return null;
    }
}
