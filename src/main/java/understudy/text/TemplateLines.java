package understudy.text;

import java.util.ArrayList;
import java.util.List;
import understudy.chat.Role;

/// Conversations in the form that strict chat templates ask for.
public final class TemplateLines {
    private TemplateLines() {}

    /// The same conversation without a system line, beginning with a user line, and with user and
    /// assistant in turns.
    ///
    /// Some templates (Mistral, Gemma) refuse anything else. System text goes before the first user
    /// line's, a blank line between; lines of one role that follow each other become one, joined by
    /// a line break; before a leading assistant line comes a user line with the system text, or an
    /// empty one. A conversation that has the form already comes back as it is, so training and
    /// chatting give the same prompt.
    public static List<Line> adapt(List<Line> lines) {
        List<String> system = new ArrayList<>();
        List<Line> turns = new ArrayList<>();
        for (Line line : lines) {
            if (line.role() == Role.SYSTEM) {
                system.add(line.content());
            } else {
                addOrJoin(turns, line);
            }
        }
        if (turns.isEmpty() || turns.getFirst().role() == Role.ASSISTANT) {
            turns.addFirst(Line.of(Role.USER, String.join("\n", system)));
        } else if (!system.isEmpty()) {
            Line first = turns.getFirst();
            String content = String.join("\n", system) + "\n\n" + first.content();
            turns.set(0, first.saying(content));
        }
        return List.copyOf(turns);
    }

    private static void addOrJoin(List<Line> turns, Line line) {
        Line last = turns.isEmpty() ? null : turns.getLast();
        if (last == null || last.role() != line.role()) {
            turns.add(line);
        } else {
            turns.set(turns.size() - 1, last.saying(last.content() + "\n" + line.content()));
        }
    }
}
