package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.List;
import understudy.chat.Role;
import understudy.dataset.DatasetRow;
import understudy.text.ConversationEncoder;
import understudy.text.Line;

/// A turn and what stood before it.
///
/// @param person the other person, or the group
/// @param chat   the chat
/// @param block  number of the conversation in the chat
/// @param before the conversation up to the message that is answered, first line included
/// @param answer what was answered, never blank
public record Exchange(String person, String chat, int block, List<Line> before, String answer) {
    public Exchange {
        before = List.copyOf(before);
    }

    /// The message that is answered.
    String asked() {
        return before.getLast().content();
    }

    /// Names the conversation; two turns of one conversation are no two witnesses.
    String conversation() {
        return chat + '\n' + block;
    }

    int askedLength() {
        return asked().codePointCount(0, asked().length());
    }

    /// What the owner answered to others. Of a correction only the correction: the own turns before
    /// it may be a model's.
    static List<Exchange> own(List<DatasetRow> rows, ConversationEncoder encoder) {
        List<Exchange> all = new ArrayList<>();
        for (DatasetRow row : rows) {
            boolean whole = row.ownCharacters() == encoder.ownCharacters(row.lines());
            List<Exchange> found = answers(row, Role.ASSISTANT);
            if (whole) {
                all.addAll(found);
            } else if (!found.isEmpty()) {
                all.add(found.getLast());
            }
        }
        return all;
    }

    /// What others answered to the owner, without the name that groups put in front.
    static List<Exchange> others(List<DatasetRow> rows) {
        return rows.stream().flatMap(row -> answers(row, Role.USER).stream()).toList();
    }

    private static List<Exchange> answers(DatasetRow row, Role role) {
        List<Exchange> found = new ArrayList<>();
        List<Line> lines = row.lines();
        for (int i = 1; i < lines.size(); i++) {
            Role before = lines.get(i - 1).role();
            String answer = bare(lines.get(i));
            if (lines.get(i).role() == role
                    && before != role
                    && before != Role.SYSTEM
                    && !answer.isBlank()) {
                found.add(
                        new Exchange(
                                row.person(),
                                row.chat(),
                                row.block(),
                                lines.subList(0, i),
                                answer.strip()));
            }
        }
        return found;
    }

    private static String bare(Line line) {
        String name = line.name();
        String text = line.content();
        if (line.role() != Role.USER || name == null || !text.startsWith(name + ": ")) {
            return text;
        }
        return text.substring(name.length() + 2);
    }
}
