package understudy.dataset;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.TokenRow;

/// Which own tokens of a row belong to which own line.
///
/// The own tokens of a line are one run of them, and something of the template stands between two;
/// only strict templates make one turn of own lines that follow each other. Where neither reading
/// fits the mask, nobody can tell, and all own tokens count as chosen: what is not to be learned
/// must not be.
final class OwnRuns {
    private OwnRuns() {}

    /// @param lines  of the row
    /// @param from   index of the first line whose own tokens `row` has marked
    /// @param chosen which of the lines
    /// @return bit i: token i is an own one of a chosen line
    static BitSet of(List<Line> lines, int from, TokenRow row, IntPredicate chosen) {
        BitSet tokens = new BitSet();
        if (IntStream.range(from, lines.size())
                .noneMatch(i -> mine(lines.get(i)) && chosen.test(i))) {
            return tokens;
        }
        List<Boolean> each = new ArrayList<>();
        List<Boolean> joined = new ArrayList<>();
        for (int i = from; i < lines.size(); i++) {
            if (mine(lines.get(i))) {
                boolean is = chosen.test(i);
                each.add(is);
                if (i > from && mine(lines.get(i - 1))) {
                    joined.set(joined.size() - 1, joined.getLast() || is);
                } else {
                    joined.add(is);
                }
            }
        }
        List<int[]> runs = runs(row.own());
        List<Boolean> known =
                runs.size() == each.size() ? each : runs.size() == joined.size() ? joined : null;
        for (int i = 0; i < runs.size(); i++) {
            if (known == null || known.get(i)) {
                tokens.set(runs.get(i)[0], runs.get(i)[1]);
            }
        }
        return tokens;
    }

    private static List<int[]> runs(BitSet own) {
        List<int[]> runs = new ArrayList<>();
        for (int at = own.nextSetBit(0); at >= 0; at = own.nextSetBit(at)) {
            int end = own.nextClearBit(at);
            runs.add(new int[] {at, end});
            at = end;
        }
        return runs;
    }

    private static boolean mine(Line line) {
        return line.role() == Role.ASSISTANT;
    }
}
