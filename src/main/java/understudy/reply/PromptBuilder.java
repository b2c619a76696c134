package understudy.reply;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// Fills a prompt with the newest lines of a history that fit, as the article's bot does.
final class PromptBuilder {
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

    /// @throws Refusal where it does not fit
    Built build(Prompt.Chat chat) {
        int most = chat.mostTokens() == 0 ? room : Math.min(room, chat.mostTokens());
        List<Line> history = new ArrayList<>(
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

    /// The model's own first line, the facts, and the system lines at the beginning of `history`,
    /// which are taken out of it.
    static String firstLine(@Nullable Voice voice, Prompt.Chat chat, List<Line> history) {
        List<String> parts = new ArrayList<>();
        if (voice != null) {
            parts.add(voice.firstLine(chat.partner(), chat.date()));
        }
        parts.add(String.join(" ", chat.facts()));
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
