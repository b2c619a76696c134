package understudy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Made-up WhatsApp exports, the same for the same seed, and the tiny model that learns from them.
///
/// Robin owns them. What Robin writes repeats a pattern, so that even a random model soon learns
/// it; every message holds one of [#CANARIES], words that must turn up in no log and no error.
public final class SyntheticChats {
    public static final String ME = "Robin";

    /// Words that no program writes by itself.
    public static final List<String> CANARIES =
            List.of("zirkonfant", "quellbrasse", "mondhupfer", "tarnwurzel");

    private static final List<String> TOPICS =
            List.of("lake", "cat", "soup", "boat", "key", "bread", "plums", "garden");
    private static final DateTimeFormatter HEAD =
            DateTimeFormatter.ofPattern("dd/MM/uuuu, HH:mm", Locale.ROOT);

    private SyntheticChats() {}

    /// A Hugging Face folder made by `reference/tiny_chat_model.py`.
    public static Path tinyModel() {
        return Path.of("src/test/resources/golden/tiny-chat").toAbsolutePath();
    }

    /// Writes one export a partner.
    ///
    /// @param messages at least this many in each, over several weeks
    public static List<Path> write(Path folder, int messages, String... partners)
            throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < partners.length; i++) {
            Path file = folder.resolve("WhatsApp Chat with " + partners[i] + ".txt");
            Files.writeString(file, export(partners[i], messages, 40 + i));
            files.add(file);
        }
        return files;
    }

    private static String export(String partner, int messages, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LocalDateTime time = LocalDateTime.of(2024, 1, 15, 18, 0);
        StringBuilder text = new StringBuilder();
        line(text, time, "Messages and calls are end-to-end encrypted.");
        int written = 0;
        while (written < messages) {
            int turns = random.nextInt(4, 9);
            for (int i = 0; i < turns; i++) {
                String topic = one(TOPICS, random);
                String question =
                        "did you see the %s, %s? what about the %s?"
                                .formatted(topic, one(CANARIES, random), one(TOPICS, random));
                line(text, time, partner + ": " + question);
                time = time.plusMinutes(random.nextInt(1, 4));
                line(text, time, ME + ": oh yes, the " + topic + " it is, " + CANARIES.getFirst());
                time = time.plusMinutes(random.nextInt(1, 4));
                written += 2;
            }
            time = time.plus(Duration.ofHours(random.nextInt(5, 20)));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, LocalDateTime time, String rest) {
        text.append(HEAD.format(time)).append(" - ").append(rest).append('\n');
    }

    private static String one(List<String> words, SplittableRandom random) {
        return words.get(random.nextInt(words.size()));
    }
}
