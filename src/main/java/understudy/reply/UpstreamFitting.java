package understudy.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import understudy.chat.Role;
import understudy.reply.Refusal.Reason;
import understudy.text.Line;

/// Chooses the newest lines of a conversation that fit. System lines always stay.
final class UpstreamFitting {
    /// The fewest tokens that a line takes.
    private static final int LEAST = 2;

    private UpstreamFitting() {}

    /// @param lines  the first line included
    /// @param tokens of these lines
    /// @param left   oldest lines that are not among them
    record Fitted(List<Line> lines, int tokens, int left) {}

    /// @param first   the first line; empty for none
    /// @param history oldest first
    /// @param most    tokens at most
    /// @param shorten whether lines may be left out
    /// @param count   tokens of a prompt of such lines
    /// @throws Refusal where not even the newest line fits, or lines would have to be left out
    static Fitted fit(
            String first,
            List<Line> history,
            int most,
            boolean shorten,
            ToIntFunction<List<Line>> count) {
        int turns = (int) history.stream().filter(l -> l.role() != Role.SYSTEM).count();
        int high = shorten ? Math.max(0, turns - 1) : 0; // the newest stays
        int low = shorten ? Math.min(high, Math.max(0, turns - Math.max(1, most / LEAST))) : 0;
        Fitted best = fitted(first, history, high, count);
        if (best.tokens > most) {
            throw new Refusal(
                    Reason.TOO_LONG,
                    "%s %d tokens, where %d fit"
                            .formatted(
                                    shorten ? "the newest message needs" : "the prompt has",
                                    best.tokens,
                                    most),
                    null,
                    "write less, or leave out older messages");
        }
        while (low < high) {
            int middle = (low + high) / 2;
            Fitted tried = fitted(first, history, middle, count);
            if (tried.tokens <= most) {
                best = tried;
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return best;
    }

    private static Fitted fitted(
            String first, List<Line> history, int without, ToIntFunction<List<Line>> count) {
        List<Line> lines = new ArrayList<>();
        if (!first.isEmpty()) {
            lines.add(Line.of(Role.SYSTEM, first));
        }
        int skipped = 0;
        for (Line line : history) {
            if (line.role() != Role.SYSTEM && skipped < without) {
                skipped++;
            } else {
                lines.add(line);
            }
        }
        return new Fitted(lines, count.applyAsInt(lines), without);
    }
}
