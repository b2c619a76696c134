package understudy.privacy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts pseudonyms in the place of personal data, before anything is learned from a text.
///
/// Two rounds: every text is first shown to [#learn], so that a value that is found in one place is
/// known in all others, however it is spelled there, and so that no pseudonym is by chance
/// somebody's value. Then [#apply] replaces. The same value has the same pseudonym in all texts of
/// this object, and of every other one with the same key that was shown the same texts. What was
/// replaced is left alone when it is seen again.
///
/// Not for several threads at once.
public final class Redaction {
    /// What was replaced may make something new with what stands beside it; so often it is looked
    /// at.
    private static final int MOST_PASSES = 5;

    private final Set<Kind> kinds;
    private final RedactionWords words;
    private final List<String> regions;
    private final Pseudonyms pseudonyms;
    private final Map<String, Kind> values = new HashMap<>();

    /// Letters and digits of those values that are codes.
    private final Set<String> codes = new HashSet<>();

    private final Set<String> issued = new HashSet<>();
    private @Nullable OthersWords known;

    /// @param kinds   what is replaced; [Kind#NAME] where the list is used
    /// @param words   the owner's list
    /// @param regions see [PersonalData#find(String, List)]
    public Redaction(
            RedactionKey key, Set<Kind> kinds, RedactionWords words, List<String> regions) {
        this.kinds = kinds.isEmpty() ? EnumSet.noneOf(Kind.class) : EnumSet.copyOf(kinds);
        this.words = words;
        this.regions = List.copyOf(regions);
        this.pseudonyms = new Pseudonyms(key, regions);
    }

    /// The kinds that a recipe can name.
    public static Set<Kind> everyKind() {
        return EnumSet.range(Kind.PHONE, Kind.UNNAMED_CODE);
    }

    /// A text with pseudonyms.
    ///
    /// @param replaced one for each place
    public record Redacted(String text, List<Kind> replaced) {
        public Redacted {
            replaced = List.copyOf(replaced);
        }
    }

    /// Takes note of what is personal in a text; before the first [#apply].
    public void learn(String text) {
        learn(text, true);
    }

    /// The same of a text that is meant to be told, see [#applyToTold].
    public void learnTold(String text) {
        learn(text, false);
    }

    private void learn(String text, boolean unnamed) {
        if (known != null) {
            throw new IllegalStateException("everything is learned before anything is replaced");
        }
        if (!PersonalData.worthALook(text)) {
            return;
        }
        String folded = Fold.of(text).text();
        for (Finding found : found(folded, unnamed)) {
            String value = folded.substring(found.start(), found.end());
            if (kinds.contains(found.kind()) && !Pseudonyms.nobodys(found.kind(), value)) {
                values.put(value, found.kind());
                pseudonyms.keep(found.kind(), value);
                if (found.kind() == Kind.CODE || found.kind() == Kind.UNNAMED_CODE) {
                    codes.add(Pseudonyms.bare(value));
                }
            }
        }
    }

    private List<Finding> found(String folded, boolean unnamed) {
        return unnamed
                ? PersonalData.withUnnamed(folded, regions)
                : PersonalData.inFolded(folded, regions);
    }

    /// A place in the source.
    private record Place(Kind kind, int start, int end, String folded) {}

    public Redacted apply(String text) {
        return apply(text, true);
    }

    /// The same of a text that is meant to be told, such as a fact: numbers in it that nobody named
    /// stay, unless they are known as codes from elsewhere.
    public Redacted applyToTold(String text) {
        return apply(text, false);
    }

    private Redacted apply(String text, boolean unnamed) {
        boolean nothingKnown = values.isEmpty() && words.isEmpty();
        if (nothingKnown && (kinds.isEmpty() || !PersonalData.worthALook(text))) {
            return new Redacted(text, List.of());
        }
        String now = text;
        List<Kind> replaced = new ArrayList<>();
        BitSet done = new BitSet();
        for (int pass = 0; pass < MOST_PASSES; pass++) {
            List<Place> places = places(now, done, unnamed);
            if (places.isEmpty()) {
                break;
            }
            StringBuilder next = new StringBuilder(now.length());
            BitSet nextDone = new BitSet();
            int at = 0;
            for (Place place : places) {
                copy(now, at, place.start, done, next, nextDone);
                String old = now.substring(place.start, place.end);
                String pseudonym = pseudonym(place, old);
                nextDone.set(next.length(), next.length() + pseudonym.length());
                next.append(pseudonym);
                if (!covered(done, place.start, place.end, true)) {
                    replaced.add(place.kind);
                }
                at = place.end;
            }
            copy(now, at, now.length(), done, next, nextDone);
            now = next.toString();
            done = nextDone;
        }
        return new Redacted(now, replaced);
    }

    private static void copy(
            String from, int start, int end, BitSet done, StringBuilder to, BitSet toDone) {
        for (int i = start; i < end; i++) {
            if (done.get(i)) {
                toDone.set(to.length() + i - start);
            }
        }
        to.append(from, start, end);
    }

    private static boolean covered(BitSet done, int start, int end, boolean anywhere) {
        return anywhere ? done.get(start, end).length() > 0 : done.nextClearBit(start) >= end;
    }

    private String pseudonym(Place place, String old) {
        if (place.kind != Kind.NAME) {
            String pseudonym = pseudonyms.of(place.kind, old, place.folded);
            issued.add(Pseudonyms.bare(Fold.of(pseudonym).text()));
            return pseudonym;
        }
        StringBuilder out = new StringBuilder();
        int start = 0;
        for (int at = 0; at <= old.length(); at++) {
            boolean inWord = at < old.length() && wordly(old.charAt(at));
            if (!inWord) {
                out.append(
                        start < at ? pseudonyms.name(old.substring(start, at), words.words()) : "");
                out.append(at < old.length() ? String.valueOf(old.charAt(at)) : "");
                start = at + 1;
            }
        }
        return out.toString();
    }

    private static boolean wordly(char c) {
        return Character.isLetterOrDigit(c) || Character.isSurrogate(c) || mark(c);
    }

    private static boolean mark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    /// What is to be replaced, in the order of the text, none overlapping another.
    private List<Place> places(String text, BitSet done, boolean unnamed) {
        Fold fold = Fold.of(text);
        String folded = fold.text();
        Findings all = new Findings();
        if (!kinds.isEmpty()) {
            for (Finding found : found(folded, unnamed)) {
                if (kinds.contains(found.kind())) {
                    all.add(found.kind(), found.start(), found.end());
                }
            }
            for (Finding found : known().secrets(folded)) {
                String bare = Pseudonyms.bare(folded.substring(found.start(), found.end()));
                boolean code = codes.contains(bare); // which has a pseudonym of its own
                all.add(code ? Kind.CODE : Kind.NUMBER, found.start(), found.end());
            }
        }
        if (kinds.contains(Kind.NAME)) {
            words.find(folded, all);
        }
        List<Place> places = new ArrayList<>();
        for (Finding found : all.sorted()) {
            String value = folded.substring(found.start(), found.end());
            int start = fold.start(found.start());
            int end = withMarks(text, fold.end(found.end()));
            String bare = Pseudonyms.bare(value);
            if (covered(done, start, end, false)) {
                issued.add(bare); // read in another way than it was made, and done with
            } else if (!Pseudonyms.nobodys(found.kind(), value) && !issued.contains(bare)) {
                places.add(new Place(found.kind(), start, end, value));
            }
        }
        places.sort(Comparator.comparingInt(Place::start));
        return places;
    }

    /// Loose accents behind the last letter belong to it.
    private static int withMarks(String text, int end) {
        int at = end;
        while (at < text.length() && mark(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private OthersWords known() {
        OthersWords index = known;
        if (index == null) {
            index = OthersWords.ofValues(values);
            known = index;
        }
        return index;
    }

    /// A name of a person or a chat: what is on the list, and the number of somebody whom the
    /// owner's telephone has no name for.
    public String name(String name) {
        return apply(name).text();
    }
}
