package understudy.privacy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Keeps other people's data from going out with a text that a model wrote.
///
/// Out of a reply are taken: personal data that [PersonalData] finds, also where it is spelled in
/// full-width digits or as words; data that others are known to have written, in any spelling;
/// long numbers nobody named; and runs of twelve words of others. What the other side wrote in this
/// conversation they may hear again. Where too little of a reply is left, it is refused.
///
/// It may be used by several threads at once.
public final class OutputFilter {
    /// Stands for what was taken out; says nothing in any language.
    private static final String MASK = "[…]";

    /// What is left of a masked text may read as something new; after this many passes it would be
    /// a text made to do that.
    private static final int MOST_PASSES = 4;

    /// Of all letters and digits, so much has to be left.
    private static final double LEAST_LEFT = 1 / 3.0;

    private final OthersWords others;
    private final List<String> allowed;
    private final List<String> regions;

    /// @param others  what everybody but the owner wrote
    /// @param allowed the owner's own data that may go out, such as their public e-mail address
    /// @param regions two-letter countries in which telephone numbers without a country code are
    ///                likely, such as `DE`, likeliest first; empty for the usual ones
    public OutputFilter(OthersWords others, Collection<String> allowed, List<String> regions) {
        this.others = others;
        this.allowed = List.copyOf(allowed);
        this.regions = List.copyOf(regions);
    }

    /// @param text   a whole reply, before it is sent
    /// @param theirs what the other side wrote in this conversation: they may hear it again
    public Verdict check(String text, List<String> theirs) {
        Heard heard = Heard.of(Stream.concat(allowed.stream(), theirs.stream()).toList());
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        String now = text;
        for (int pass = 0; pass < MOST_PASSES; pass++) {
            List<Finding> found = found(now, theirs, heard);
            if (found.isEmpty()) {
                return new Verdict(now, List.copyOf(kinds), false);
            }
            found.forEach(f -> kinds.add(f.kind()));
            String masked = masked(now, found);
            if (weight(masked) < LEAST_LEFT * weight(text)) {
                break;
            }
            now = masked;
        }
        return new Verdict("", List.copyOf(kinds), true);
    }

    private List<Finding> found(String text, List<String> theirs, Heard heard) {
        List<Finding> found = new ArrayList<>(others.runs(text, theirs));
        Fold plain = Fold.of(text);
        Fold spoken = Spoken.of(plain);
        Fold digits = Spoken.everyWord(plain);
        Fold bare = Spoken.withoutConnectors(digits);
        // most texts read the same in every way: once is enough then
        boolean asSpoken = !spoken.text().equals(plain.text());
        boolean asDigits = !digits.text().equals(plain.text());
        boolean asBare = !bare.text().equals(digits.text());
        add(found, plain, PersonalData.inFolded(plain.text(), regions), heard);
        if (asSpoken) {
            add(found, spoken, PersonalData.inFolded(spoken.text(), regions), heard);
        }
        add(found, spoken, LongNumbers.find(spoken.text()), heard);
        add(found, spoken, SpelledEmails.find(spoken.text()), heard);
        add(found, plain, others.secrets(plain.text()), heard);
        if (asDigits) {
            add(found, digits, others.secrets(digits.text()), heard);
        }
        if (asBare) {
            add(found, bare, others.secrets(bare.text()), heard);
        }
        return found;
    }

    private static void add(List<Finding> found, Fold fold, List<Finding> more, Heard heard) {
        String text = fold.text();
        List<String> values =
                more.stream().map(one -> text.substring(one.start(), one.end())).toList();
        Set<String> known = heard.among(values);
        for (int i = 0; i < more.size(); i++) {
            Finding one = more.get(i);
            if (!known.contains(values.get(i))) {
                found.add(new Finding(one.kind(), fold.start(one.start()), fold.end(one.end())));
            }
        }
    }

    private static String masked(String text, List<Finding> found) {
        BitSet hidden = new BitSet();
        found.forEach(f -> hidden.set(f.start(), f.end()));
        StringBuilder masked = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            if (hidden.get(at)) {
                masked.append(MASK);
                at = hidden.nextClearBit(at);
            } else {
                int next = hidden.nextSetBit(at);
                int end = next < 0 ? text.length() : next;
                masked.append(text, at, end);
                at = end;
            }
        }
        return masked.toString();
    }

    private static long weight(String text) {
        return text.codePoints().filter(Character::isLetterOrDigit).count();
    }
}
