package understudy.importer.whatsapp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

/// The words that stand around a clock: half of the day, eras, fillers. Data: `clock.yaml`.
final class Clock {
    private static final Clock STANDARD = load();

    /// Part of the day a word names.
    enum Period {
        AM,
        PM,
        NOON,
        NIGHT;

        /// @param hour as written, 0 to 24
        /// @return 0 to 24
        int hour24(int hour) {
            return switch (this) {
                case AM -> hour == 12 ? 0 : hour;
                case PM -> hour < 12 ? hour + 12 : hour;
                case NOON -> hour <= 6 ? hour + 12 : hour;
                case NIGHT -> hour == 12 ? 0 : hour >= 9 && hour < 12 ? hour + 12 : hour;
            };
        }
    }

    private final Map<String, Period> periods = new HashMap<>();
    private final Set<String> silent = new HashSet<>();
    private final Map<String, Integer> eras = new HashMap<>();

    private Clock() {}

    static Clock standard() {
        return STANDARD;
    }

    private static Clock load() {
        try (InputStream in = Clock.class.getResourceAsStream("clock.yaml")) {
            JsonNode data = Json.yaml().readTree(in);
            Clock clock = new Clock();
            clock.add(data.path("am"), Period.AM);
            clock.add(data.path("pm"), Period.PM);
            clock.add(data.path("noon"), Period.NOON);
            clock.add(data.path("night"), Period.NIGHT);
            data.path("silent").forEach(word -> clock.silent.add(key(word.asString())));
            data.path("eras")
                    .properties()
                    .forEach(e -> clock.eras.put(key(e.getKey()), e.getValue().asInt()));
            return clock;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(JsonNode words, Period period) {
        words.forEach(word -> periods.put(key(word.asString()), period));
    }

    /// Letters, digits and marks over letters only, in lower case.
    static String key(String word) {
        StringBuilder out = new StringBuilder();
        word.codePoints()
                .filter(c ->
                        Character.isLetterOrDigit(c)
                                || Character.getType(c) == Character.NON_SPACING_MARK
                                || Character.getType(c) == Character.COMBINING_SPACING_MARK)
                .forEach(out::appendCodePoint);
        return out.toString().toLowerCase(Locale.ROOT);
    }

    @Nullable Period period(String word) {
        return periods.get(key(word));
    }

    boolean isSilent(String word) {
        return silent.contains(key(word));
    }

    /// What takes a year of this era to ours; null where `word` names no era.
    @Nullable Integer era(String word) {
        return eras.get(key(word));
    }
}
