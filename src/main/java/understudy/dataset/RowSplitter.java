package understudy.dataset;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.ConversationEncoder;
import understudy.text.Line;
import understudy.text.TokenRow;

/// Cuts a conversation into rows of at most so many tokens.
///
/// A cut goes before a turn of somebody else that follows an own one, where there is such a place:
/// question and answer stay together. Where there is none, the row that begins with an own turn
/// gets the turn it answers once more, in front. With an overlap, what was said before stands in
/// front of every row but the first. No own token of a repeated turn is marked as own, so every own
/// turn is in one row only. A turn that is too long for a row of its own is shortened: an own
/// one keeps its beginning, another's its end, which is what the answer follows on.
final class RowSplitter {
    private final ConversationEncoder encoder;
    private final int maxLength;
    private final int overlap;

    RowSplitter(ConversationEncoder encoder, int maxLength) {
        this(encoder, maxLength, 0);
    }

    /// @param overlap tokens of earlier turns that are repeated in front of a row at most; no more
    ///                than a quarter of `maxLength` is
    RowSplitter(ConversationEncoder encoder, int maxLength, int overlap) {
        this.encoder = encoder;
        this.maxLength = maxLength;
        this.overlap = Math.min(overlap, maxLength / 4);
    }

    /// @param lines         the row: first line, repeated turns, turns
    /// @param tokens        at most `maxLength`; own without those of repeated turns
    /// @param context       indices of the turns repeated in front
    /// @param from          index of the first turn of the row
    /// @param to            index after its last one
    /// @param cutTurns      how many of its turns were shortened
    /// @param cutCharacters code points lost by that
    record Row(
            List<Line> lines,
            TokenRow tokens,
            List<Integer> context,
            int from,
            int to,
            int cutTurns,
            int cutCharacters) {
        Row {
            context = List.copyOf(context);
        }

        /// Index in `lines` of the first turn that is not a repeated one.
        int begin() {
            return lines.size() - (to - from);
        }
    }

    /// @param first the system line; null for none
    /// @param turns of the block, in order
    List<Row> split(@Nullable Line first, List<Line> turns) {
        return split(first, turns, 0);
    }

    /// [#split(Line, List)] of a part of a conversation.
    ///
    /// @param begin how many of `turns` are repeated ones already
    List<Row> split(@Nullable Line first, List<Line> turns, int begin) {
        List<Integer> repeated = IntStream.range(0, begin).boxed().toList();
        Row whole = row(first, turns, repeated, begin, turns.size());
        if (whole.tokens.length() <= maxLength) {
            return List.of(whole);
        }
        int[] costs = costs(first, turns);
        List<Row> rows = new ArrayList<>();
        int from = begin;
        while (from < turns.size()) {
            List<Integer> context = context(turns, from, costs);
            int to = furthest(first, turns, context, from, costs);
            if (to == from) {
                context = answered(turns, from);
                to = furthest(first, turns, context, from, costs);
            }
            Row row =
                    to == from
                            ? shortened(first, turns, context, from)
                            : row(first, turns, context, from, cut(turns, from, to));
            rows.add(row);
            from = row.to;
        }
        return rows;
    }

    /// The turn of somebody else that the own turn at `from` answers; empty where it answers none,
    /// or stands with it anyway.
    private static List<Integer> answered(List<Line> turns, int from) {
        int at = from;
        while (at >= 0 && mine(turns.get(at))) {
            at--;
        }
        return at == from || at < 0 ? List.of() : List.of(at);
    }

    /// What is repeated in front of the turn at `from`. An own turn never follows a repeated own
    /// one, since some templates would make one turn of both.
    private List<Integer> context(List<Line> turns, int from, int[] costs) {
        List<Integer> answered = answered(turns, from);
        int last = answered.isEmpty() ? from - 1 : answered.getFirst();
        if (overlap == 0 || last < 0 || (answered.isEmpty() && mine(turns.get(from)))) {
            return answered;
        }
        int at = last + 1;
        int left = overlap;
        while (at > 0 && costs[at - 1] <= left) {
            at--;
            left -= costs[at];
        }
        return at > last ? answered : IntStream.rangeClosed(at, last).boxed().toList();
    }

    /// Where to cut at the latest so that the row fits; `from` where not even one turn does.
    private int furthest(
            @Nullable Line first, List<Line> turns, List<Integer> context, int from, int[] costs) {
        long estimate = costs[turns.size()];
        for (int repeated : context) {
            estimate += costs[repeated];
        }
        int to = from;
        while (to < turns.size() && estimate + costs[to] <= maxLength) {
            estimate += costs[to];
            to++;
        }
        while (to > from && tooLong(first, turns, context, from, to)) {
            to--;
        }
        while (to < turns.size() && !tooLong(first, turns, context, from, to + 1)) {
            to++;
        }
        return to;
    }

    /// The best place at or before `to`.
    private static int cut(List<Line> turns, int from, int to) {
        if (to == turns.size()) {
            return to;
        }
        for (int at = to; at > from; at--) {
            if (!mine(turns.get(at)) && mine(turns.get(at - 1))) {
                return at;
            }
        }
        boolean splitsAnswer = mine(turns.get(to)) && !mine(turns.get(to - 1));
        return splitsAnswer && to - 1 > from ? to - 1 : to;
    }

    /// What each turn adds to a row, nearly, and last what a row has without turns.
    private int[] costs(@Nullable Line first, List<Line> turns) {
        int[] costs = new int[turns.size() + 1];
        int empty = empty(first);
        costs[turns.size()] = empty;
        for (int i = 0; i < turns.size(); i++) {
            costs[i] = Math.max(1, length(first, List.of(turns.get(i))) - empty);
        }
        return costs;
    }

    /// Tokens of a row that says next to nothing; some templates refuse one that says nothing.
    private int empty(@Nullable Line first) {
        return length(first, List.of(new Line(Role.USER, null, ".")));
    }

    private boolean tooLong(
            @Nullable Line first, List<Line> turns, List<Integer> context, int from, int to) {
        return row(first, turns, context, from, to).tokens.length() > maxLength;
    }

    private Row row(
            @Nullable Line first, List<Line> turns, List<Integer> context, int from, int to) {
        List<Line> row = new ArrayList<>();
        if (first != null) {
            row.add(first);
        }
        context.forEach(i -> row.add(turns.get(i)));
        int begin = row.size();
        row.addAll(turns.subList(from, to));
        TokenRow tokens = unmarked(row, begin, encoder.encode(row));
        return new Row(List.copyOf(row), tokens, context, from, to, 0, 0);
    }

    /// Without the marks of own turns before `begin`.
    private static TokenRow unmarked(List<Line> lines, int begin, TokenRow tokens) {
        BitSet repeated = OwnRuns.of(lines, 0, tokens, i -> i < begin);
        if (repeated.isEmpty()) {
            return tokens;
        }
        BitSet own = (BitSet) tokens.own().clone();
        own.andNot(repeated);
        return new TokenRow(tokens.ids(), own);
    }

    /// A row of one turn, and of what it answers, both shortened where need be.
    private Row shortened(@Nullable Line first, List<Line> turns, List<Integer> context, int from) {
        int room = maxLength - empty(first);
        if (room < maxLength / 2) {
            throw new UserError(
                    "max_length " + maxLength + " leaves no room beside the first line",
                    null,
                    "raise max_length or shorten system_line");
        }
        while (true) {
            Row row = shortened(first, turns, context, from, room);
            int excess = row.tokens.length() - maxLength;
            if (excess <= 0) {
                return row;
            }
            room -= excess; // joined turns may take a few more tokens than each by itself
        }
    }

    private Row shortened(
            @Nullable Line first, List<Line> turns, List<Integer> context, int from, int room) {
        List<Line> row = new ArrayList<>();
        if (first != null) {
            row.add(first);
        }
        int left = room;
        if (!context.isEmpty()) {
            Line answered = shorter(first, turns.get(context.getFirst()), room / 2);
            row.add(answered); // whole in a row before this one, so nothing is lost
            left -= length(first, List.of(answered)) - empty(first);
        }
        Line turn = turns.get(from);
        Line kept = shorter(first, turn, Math.min(room, left));
        row.add(kept);
        int lost = characters(turn) - characters(kept);
        TokenRow tokens = encoder.encode(row);
        return new Row(List.copyOf(row), tokens, context, from, from + 1, lost == 0 ? 0 : 1, lost);
    }

    /// @param room tokens that `turn` may take beside `first`
    private Line shorter(@Nullable Line first, Line turn, int room) {
        int limit = room + empty(first);
        if (length(first, List.of(turn)) <= limit) {
            return turn;
        }
        List<Integer> ends = characterEnds(turn.content());
        if (length(first, List.of(kept(turn, ends, 1))) > limit) {
            ends = codePointEnds(turn.content()); // a "character" of very many code points
        }
        int low = 1;
        int high = ends.size();
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (length(first, List.of(kept(turn, ends, middle))) <= limit) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return kept(turn, ends, low);
    }

    private static Line kept(Line turn, List<Integer> ends, int count) {
        String text = turn.content();
        boolean beginning = mine(turn);
        String part =
                beginning
                        ? text.substring(0, ends.get(count - 1))
                        : text.substring(
                                count == ends.size() ? 0 : ends.get(ends.size() - count - 1));
        return turn.saying(part);
    }

    /// Where the characters that people see end: an emoji with its skin colour is one.
    private static List<Integer> characterEnds(String text) {
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(text);
        List<Integer> ends = new ArrayList<>();
        characters.first();
        for (int end = characters.next(); end != BreakIterator.DONE; end = characters.next()) {
            ends.add(end);
        }
        return ends;
    }

    private static List<Integer> codePointEnds(String text) {
        List<Integer> ends = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            at += Character.charCount(text.codePointAt(at));
            ends.add(at);
        }
        return ends;
    }

    private int length(@Nullable Line first, List<Line> turns) {
        List<Line> row = new ArrayList<>();
        if (first != null) {
            row.add(first);
        }
        row.addAll(turns);
        return encoder.encode(row).length();
    }

    private static int characters(Line line) {
        return line.content().codePointCount(0, line.content().length());
    }

    private static boolean mine(Line line) {
        return line.role() == Role.ASSISTANT;
    }
}
