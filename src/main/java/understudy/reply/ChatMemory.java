package understudy.reply;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import understudy.chat.Role;
import understudy.store.ChatStore;
import understudy.store.Remembered;
import understudy.text.Line;

/// Remembers what the owner and one person wrote to each other, by the words of what was just said
/// and by how long ago it was.
///
/// Only chats of these two are looked at, see [ChatStore#remembered]; where more than one speaks in
/// the history, nothing is remembered, since the others would hear it.
public final class ChatMemory implements Memory {
    /// Lines at most.
    private static final int MOST = 4;

    /// Of a line, characters at most.
    private static final int LONGEST = 160;

    /// Newest lines of the other side whose words are looked for.
    private static final int ASKED = 2;

    private static final int CANDIDATES = 40;

    /// A match counts half as much for each so many days that passed.
    private static final double HALF_LIFE_DAYS = 365;

    private final Path chatsDb;

    /// @param chatsDb opened for each question: one connection serves one thread
    public ChatMemory(Path chatsDb) {
        this.chatsDb = chatsDb;
    }

    @Override
    public List<String> recall(Voice.Partner partner, List<Line> history, LocalDate date) {
        String name = partner.name();
        String words = asked(history);
        if (name == null || words.isBlank() || several(history) || !Files.exists(chatsDb)) {
            return List.of();
        }
        try (ChatStore store = ChatStore.open(chatsDb)) {
            OptionalLong person = store.partner(name);
            if (person.isEmpty()) {
                return List.of();
            }
            List<Remembered> found =
                    store.remembered(person.getAsLong(), words, date.atStartOfDay(), CANDIDATES);
            return lines(found, name, history, date);
        }
    }

    private static List<String> lines(
            List<Remembered> found, String name, List<Line> history, LocalDate date) {
        Set<String> known = new HashSet<>();
        history.forEach(line -> known.add(line.content().strip()));
        List<Remembered> best =
                found.stream().sorted(Comparator.comparingDouble(r -> -worth(r, date))).toList();
        List<String> lines = new ArrayList<>();
        for (Remembered one : best) {
            if (lines.size() < MOST && known.add(one.said().text().strip())) {
                Remembered.Said answer = one.answer();
                if (answer != null) {
                    known.add(answer.text().strip());
                }
                lines.add(
                        "On "
                                + one.said().sentAt().toLocalDate()
                                + " "
                                + said(one.said(), name)
                                + (answer == null ? "" : " " + said(answer, name)));
            }
        }
        return lines;
    }

    private static double worth(Remembered found, LocalDate date) {
        double days =
                Math.max(0, ChronoUnit.DAYS.between(found.said().sentAt().toLocalDate(), date));
        return found.rank() * Math.pow(2, -days / HALF_LIFE_DAYS);
    }

    private static String said(Remembered.Said said, String name) {
        String text = said.text().replace('\n', ' ').strip();
        if (text.length() > LONGEST) {
            int end = text.offsetByCodePoints(0, text.codePointCount(0, LONGEST) - 1);
            text = text.substring(0, end) + "...";
        }
        return (said.mine() ? "you" : name) + " said: \"" + text + "\"";
    }

    private static String asked(List<Line> history) {
        List<String> last =
                history.reversed().stream()
                        .filter(line -> line.role() == Role.USER)
                        .limit(ASKED)
                        .map(Line::content)
                        .toList();
        return String.join("\n", last);
    }

    private static boolean several(List<Line> history) {
        return history.stream()
                        .filter(line -> line.role() == Role.USER)
                        .map(Line::name)
                        .filter(Objects::nonNull)
                        .distinct()
                        .count()
                > 1;
    }
}
