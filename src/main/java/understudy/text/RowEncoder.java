package understudy.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import understudy.chat.Role;
import understudy.text.Tokenizer.ControlSpan;
import understudy.text.Tokenizer.Place;
import understudy.text.jinja.Text;

/// Turns a rendered conversation into token ids and marks the own ones.
///
/// The text is cut at control tokens, which are looked for in the scaffold only, and at the borders
/// of own turns. What lies between two cuts is encoded as one stretch, scaffold and content
/// together, as Hugging Face does. The border before an own turn is where generation starts, so
/// training sees there the same ids as the sampler does.
final class RowEncoder {
    private final Tokenizer tokenizer;
    private final TurnMarks marks;

    /// Whether control tokens are written as plain text, too.
    private final boolean plain;

    RowEncoder(Tokenizer tokenizer, TurnMarks marks, boolean plain) {
        this.tokenizer = tokenizer;
        this.marks = marks;
        this.plain = plain;
    }

    /// What the template puts around an own turn.
    ///
    /// @param lead blanks between the end of the generation prompt and the content
    /// @param end  from the end of the content to the last character of the end mark; empty where
    ///     the template has no end mark
    record TurnMarks(String lead, String end) {}

    /// A range of characters.
    private record Range(int start, int end) {}

    /// @param lines what was rendered; line i has the origin i + 1
    TokenRow encode(Text rendered, List<Line> lines) {
        List<ControlSpan> controls = plain ? List.of() : controls(rendered);
        List<Range> own = ownRanges(rendered, lines);
        IdList ids = new IdList(rendered.length() / 3 + 8);
        BitSet mask = new BitSet();
        int from = 0;
        Place place = Place.START;
        for (Cut cut : cuts(controls, own)) {
            if (cut.start() < from) {
                continue; // a border inside blanks that a control token swallowed
            }
            encodeStretch(rendered, new Range(from, cut.start()), place, own, ids, mask);
            if (cut.id() != Vocabulary.NONE) {
                // where it begins decides: it may swallow blanks behind the own turn
                markIfOwn(new Range(cut.start(), cut.start() + 1), own, ids.size(), 1, mask);
                ids.add(cut.id());
                place = Place.AFTER_CONTROL;
            } else if (cut.start() > from) {
                place = Place.CONTINUES;
            }
            from = cut.end();
        }
        encodeStretch(rendered, new Range(from, rendered.length()), place, own, ids, mask);
        return new TokenRow(ids.toArray(), mask);
    }

    /// Where one stretch ends and the next begins.
    ///
    /// @param id of the control token between them, or [Vocabulary#NONE]
    private record Cut(int start, int end, int id) {}

    private static List<Cut> cuts(List<ControlSpan> controls, List<Range> own) {
        List<Cut> cuts = new ArrayList<>();
        controls.forEach(c -> cuts.add(new Cut(c.start(), c.end(), c.id())));
        for (Range range : own) {
            cuts.add(new Cut(range.start(), range.start(), Vocabulary.NONE));
            cuts.add(new Cut(range.end(), range.end(), Vocabulary.NONE));
        }
        // a border before the control token that begins there
        cuts.sort(Comparator.comparingInt(Cut::start).thenComparingInt(Cut::end));
        return cuts;
    }

    private void encodeStretch(
            Text rendered, Range range, Place place, List<Range> own, IdList ids, BitSet mask) {
        if (range.start() >= range.end()) {
            return;
        }
        String stretch = rendered.characters().substring(range.start(), range.end());
        int[] encoded = tokenizer.encode(stretch, place);
        markIfOwn(range, own, ids.size(), encoded.length, mask);
        ids.addAll(encoded, encoded.length);
    }

    private static void markIfOwn(
            Range range, List<Range> own, int firstId, int count, BitSet mask) {
        for (Range turn : own) {
            if (range.start() >= turn.start() && range.end() <= turn.end()) {
                mask.set(firstId, firstId + count);
                return;
            }
        }
    }

    private List<ControlSpan> controls(Text rendered) {
        List<ControlSpan> found = new ArrayList<>();
        for (Text.Run run : rendered.runs()) {
            if (run.origin() == Text.SCAFFOLD) {
                String scaffold = rendered.characters().substring(run.start(), run.end());
                for (ControlSpan span : tokenizer.controlsIn(scaffold)) {
                    found.add(
                            new ControlSpan(
                                    run.start() + span.start(),
                                    run.start() + span.end(),
                                    span.id()));
                }
            }
        }
        return found;
    }

    /// Own turns with their end marks, in order.
    private List<Range> ownRanges(Text rendered, List<Line> lines) {
        int[] starts = new int[lines.size() + 1];
        int[] ends = new int[lines.size() + 1];
        for (Text.Run run : rendered.runs()) {
            int origin = run.origin();
            if (origin > 0 && origin < ends.length) {
                starts[origin] = ends[origin] == 0 ? run.start() : starts[origin];
                ends[origin] = run.end();
            }
        }
        List<Range> own = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).role() == Role.ASSISTANT && ends[i + 1] > 0) {
                own.add(withMarks(rendered, starts[i + 1], ends[i + 1]));
            }
        }
        own.sort(Comparator.comparingInt(Range::start));
        return own;
    }

    private Range withMarks(Text rendered, int start, int end) {
        String all = rendered.characters();
        int lead = marks.lead().length();
        boolean leads = all.startsWith(marks.lead(), start - lead);
        boolean ends = all.startsWith(marks.end(), end);
        return new Range(leads ? start - lead : start, ends ? end + marks.end().length() : end);
    }
}
