package understudy.bot;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Message;
import understudy.store.ChatStore;
import understudy.store.StoredChat;
import understudy.store.StoredMessage;

/// How fast the owner writes, and how long others take between messages that belong together.
///
/// @param perSecond characters that the owner types in a second
/// @param burst     after the other's last message, how long until they have surely finished
public record Rhythm(double perSecond, Duration burst) {
    /// Where the chats do not tell: some 40 words a minute; the wait that people get used to.
    public static final Rhythm USUAL = new Rhythm(4, Duration.ofSeconds(8));

    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(15);
    private static final double SLOWEST = 1.5;
    private static final double FASTEST = 15;

    /// Messages further apart than this do not belong together.
    private static final Duration TOGETHER = Duration.ofSeconds(90);

    /// Fewer pairs than this tell nothing.
    private static final int LEAST = 30;

    /// Chats looked at: the longest ones.
    private static final int CHATS = 12;

    public Rhythm {
        perSecond = Math.clamp(perSecond, SLOWEST, FASTEST);
    }

    /// Learns it from the owner's chats. Exports that show minutes only tell nothing about
    /// seconds, so they do not count.
    public static Rhythm of(ChatStore store) {
        @Nullable Long me = store.me().map(p -> p.id()).orElse(null);
        if (me == null) {
            return USUAL;
        }
        List<Double> speeds = new ArrayList<>();
        List<Double> gaps = new ArrayList<>();
        List<StoredChat> longest =
                store.chats().stream()
                        .sorted((a, b) -> Long.compare(b.messages(), a.messages()))
                        .limit(CHATS)
                        .toList();
        for (StoredChat chat : longest) {
            List<StoredMessage> messages = store.messages(chat.id());
            if (messages.stream().anyMatch(m -> m.sentAt().getSecond() != 0)) {
                measure(messages, me, speeds, gaps);
            }
        }
        return of(speeds, gaps);
    }

    private static void measure(
            List<StoredMessage> messages, long me, List<Double> speeds, List<Double> gaps) {
        for (int i = 1; i < messages.size(); i++) {
            StoredMessage before = messages.get(i - 1);
            StoredMessage message = messages.get(i);
            Long writer = message.personId();
            if (message.kind() != Message.Kind.TEXT
                    || writer == null
                    || !writer.equals(before.personId())) {
                continue;
            }
            double seconds = seconds(before.sentAt(), message.sentAt());
            if (seconds < 1 || seconds > TOGETHER.toSeconds()) {
                continue;
            }
            if (writer == me) {
                speeds.add(message.text().length() / seconds);
            } else {
                gaps.add(seconds);
            }
        }
    }

    static Rhythm of(List<Double> speeds, List<Double> gaps) {
        double perSecond = speeds.size() < LEAST ? USUAL.perSecond : at(speeds, 0.5);
        Duration burst =
                gaps.size() < LEAST
                        ? USUAL.burst
                        : Duration.ofMillis((long) (1000 * Math.clamp(at(gaps, 0.75), 4, 15)));
        return new Rhythm(perSecond, burst);
    }

    private static double at(List<Double> values, double share) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) (share * (sorted.size() - 1)));
    }

    private static double seconds(LocalDateTime from, LocalDateTime to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }

    /// How long it takes to type `text`, within reason.
    Duration typing(String text) {
        int characters = text.codePointCount(0, text.length());
        Duration time = Duration.ofMillis((long) (1000 * characters / perSecond));
        return time.compareTo(SHORTEST) < 0
                ? SHORTEST
                : time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }

    /// Bubbles with the time that each takes to type.
    ///
    /// @param opening what the first one begins with, said by rule: nobody types it
    /// @param spent   what the first one took already
    List<Answer.Bubble> paced(List<String> texts, String opening, Duration spent) {
        List<Answer.Bubble> bubbles = new ArrayList<>();
        for (String text : texts) {
            Duration time = typing(text);
            if (bubbles.isEmpty()) {
                boolean opened = text.startsWith(opening);
                String typed = opened ? text.substring(opening.length()).strip() : text;
                time = typing(typed).minus(spent);
            }
            bubbles.add(new Answer.Bubble(text, time.isNegative() ? Duration.ZERO : time));
        }
        return bubbles;
    }
}
