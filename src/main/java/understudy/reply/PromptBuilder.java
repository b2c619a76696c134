package understudy.reply;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// Fills a prompt with the newest lines of a history that fit, as the article's bot does.
public final class PromptBuilder {
    private final TemplateEncoder encoder;
    private final Voice voice;
    private final int mostTokens;

    /// @param mostTokens tokens of a prompt, first line and opening of the answer included
    public PromptBuilder(TemplateEncoder encoder, Voice voice, int mostTokens) {
        this.encoder = encoder;
        this.voice = voice;
        this.mostTokens = mostTokens;
    }

    /// A prompt.
    ///
    /// @param lines   lines of the history that are in it
    /// @param left    older lines that did not fit
    public record Prompt(int[] ids, int lines, int left) {}

    /// @param history oldest first, the line to answer last
    /// @param date    of the answer
    /// @throws UserError where not even the newest line fits
    public Prompt build(List<Line> history, Voice.Partner partner, LocalDate date) {
        String first = voice.firstLine(partner, date);
        // most lines of a long history cannot fit; a line takes four tokens at least
        int low = Math.max(0, history.size() - mostTokens / 4);
        int high = history.size();
        int[] best = null;
        int bestFrom = high;
        while (low < high) {
            int from = (low + high) / 2;
            int[] ids = encoder.prompt(lines(first, history.subList(from, history.size())));
            if (ids.length <= mostTokens) {
                best = ids;
                bestFrom = from;
                high = from;
            } else {
                low = from + 1;
            }
        }
        if (best == null) {
            if (!history.isEmpty()) {
                throw new UserError(
                        "the message does not fit into " + mostTokens + " tokens",
                        null,
                        "write a shorter one");
            }
            best = encoder.prompt(lines(first, List.of()));
        }
        return new Prompt(best, history.size() - bestFrom, bestFrom);
    }

    private static List<Line> lines(String first, List<Line> history) {
        List<Line> lines = new ArrayList<>();
        if (!first.isEmpty()) {
            lines.add(Line.of(Role.SYSTEM, first));
        }
        lines.addAll(history);
        return lines;
    }
}
