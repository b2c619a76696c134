package understudy.reply;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// Fills a prompt with the newest lines of a history that fit, as the article's bot does.
final class PromptBuilder {
    /// What is remembered has this part of a prompt.
    private static final int MEMORY_SHARE = 4;

    private final TemplateEncoder encoder;
    private final @Nullable Voice voice;
    private final int room;

    /// @param voice whose the model is; null for a base alone
    /// @param room  tokens of a prompt at most, first line and opening of the answer included
    PromptBuilder(TemplateEncoder encoder, @Nullable Voice voice, int room) {
        this.encoder = encoder;
        this.voice = voice;
        this.room = room;
    }

    /// A prompt.
    ///
    /// @param lines lines of the history that are in it
    /// @param left  older lines that did not fit
    record Built(int[] ids, int lines, int left) {}

    /// What is remembered gets a quarter of the room at most, and none that the newest line needs.
    ///
    /// @throws Refusal where it does not fit
    Built build(Prompt.Chat chat) {
        int most = chat.mostTokens() == 0 ? room : Math.min(room, chat.mostTokens());
        for (int keep = chat.memory().size(); keep > 0; keep--) {
            Prompt.Chat some = chat.remembering(chat.memory().subList(0, keep));
            Prompt.Chat none = chat.remembering(List.of());
            int lines = chat.lines().size();
            List<Line> needed = chat.shorten() ? newest(chat.lines()) : chat.lines();
            int with = encode(firstLine(voice, some, new ArrayList<>()), needed).length;
            int without = encode(firstLine(voice, none, new ArrayList<>()), needed).length;
            if (lines > 0 && with - without <= most / MEMORY_SHARE && with <= most) {
                return filled(some);
            }
        }
        return filled(chat.remembering(List.of()));
    }

    /// The system lines at the beginning, and the newest one.
    private static List<Line> newest(List<Line> lines) {
        List<Line> needed = new ArrayList<>();
        int at = 0;
        while (at < lines.size() && lines.get(at).role() == Role.SYSTEM) {
            needed.add(lines.get(at++));
        }
        if (at < lines.size()) {
            needed.add(lines.getLast());
        }
        return needed;
    }

    private Built filled(Prompt.Chat chat) {
        int most = chat.mostTokens() == 0 ? room : Math.min(room, chat.mostTokens());
        List<Line> history =
                new ArrayList<>(
                        voice == null ? chat.lines() : voice.lines(chat.lines(), chat.partner()));
        String first = firstLine(voice, chat, history);
        if (!chat.shorten()) {
            int[] ids = encode(first, history);
            if (ids.length > most) {
                throw tooLong("the conversation of " + ids.length + " tokens", most);
            }
            return new Built(ids, history.size(), 0);
        }
        // most lines of a long history cannot fit; a line takes four tokens at least
        int low = Math.max(0, history.size() - most / 4);
        int high = history.size();
        int[] best = null;
        int bestFrom = high;
        while (low < high) {
            int from = (low + high) / 2;
            int[] ids = encode(first, history.subList(from, history.size()));
            if (ids.length <= most) {
                best = ids;
                bestFrom = from;
                high = from;
            } else {
                low = from + 1;
            }
        }
        if (best == null) {
            best = encode(first, List.of());
            if (!history.isEmpty() || best.length > most) {
                throw tooLong("the message", most);
            }
        }
        return new Built(best, history.size() - bestFrom, bestFrom);
    }

    static Refusal tooLong(String what, int most) {
        return new Refusal(
                Refusal.Reason.TOO_LONG,
                what + " does not fit into " + most + " tokens",
                null,
                "send less of it");
    }

    /// The model's own first line, the facts, what is remembered, and the system lines at the
    /// beginning of `history`, which are taken out of it.
    static String firstLine(@Nullable Voice voice, Prompt.Chat chat, List<Line> history) {
        List<String> parts = new ArrayList<>();
        if (voice != null) {
            parts.add(voice.firstLine(chat.partner(), chat.date()));
        }
        parts.add(String.join(" ", chat.facts()));
        parts.addAll(chat.memory());
        while (!history.isEmpty() && history.getFirst().role() == Role.SYSTEM) {
            parts.add(history.removeFirst().content());
        }
        parts.removeIf(String::isBlank);
        return String.join("\n", parts);
    }

    private int[] encode(String first, List<Line> history) {
        List<Line> lines = new ArrayList<>();
        if (!first.isEmpty()) {
            lines.add(Line.of(Role.SYSTEM, first));
        }
        lines.addAll(history);
        return encoder.prompt(lines);
    }
}
