package understudy.privacy;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What other people wrote, as keyed hashes: enough to recognise it, not to read it.
///
/// Two things are kept: runs of twelve words (24 characters where a language has no blanks), and
/// the personal data that [PersonalData] finds, each by its letters and digits alone, so that it is
/// known again in any spelling. The key is drawn anew each time and never leaves this object.
/// Nothing changes once it is built; several threads may ask.
public final class OthersWords {
    /// 64 MB; some sixteen million messages of a common length have fewer.
    private static final int MOST_RUNS = 1 << 23;

    private static final int MOST_SECRETS = 1 << 20;
    private static final int LEAST_DIGITS = 6;

    /// A number without its country's code or its leading zero has these digits, too.
    private static final int TAIL = 8;

    private static final int LEAST_LETTERS = 6;
    private static final int LONGEST = 96;

    /// Between two digits of a short secret; a long one is known whatever stands between.
    private static final int SHORT_GAP = 3;

    private final long key = new SecureRandom().nextLong();
    private final HashTable runs = new HashTable(MOST_RUNS);
    private final HashTable secrets = new HashTable(MOST_SECRETS);
    private final BitSet digitLengths = new BitSet();
    private final BitSet letterLengths = new BitSet();

    private OthersWords() {}

    /// Where nothing is known of others.
    public static OthersWords none() {
        return new OthersWords();
    }

    /// @param messages of everybody but the owner, in any order; read once, not kept
    /// @param regions  as [OutputFilter] takes them
    public static OthersWords of(Stream<String> messages, List<String> regions) {
        OthersWords others = new OthersWords();
        messages.forEach(message -> others.add(message, regions));
        others.runs.sort();
        others.secrets.sort();
        return others;
    }

    /// Knows single values only, and no runs of words.
    ///
    /// @param values found by [PersonalData], each folded
    static OthersWords ofValues(Map<String, Kind> values) {
        OthersWords others = new OthersWords();
        values.forEach((value, kind) -> others.addSecret(kind, value));
        others.secrets.sort();
        return others;
    }

    public boolean isEmpty() {
        return runs.size() == 0 && secrets.size() == 0;
    }

    /// How many runs of words are known.
    public int size() {
        return runs.size();
    }

    /// Whether personal data of theirs stands in a text, in any spelling.
    public boolean tells(String text) {
        return !secrets(Fold.of(text).text()).isEmpty();
    }

    /// Whether a run of twelve of their words stands in a text.
    public boolean repeats(String text) {
        return !runs(text, List.of()).isEmpty();
    }

    private void add(String message, List<String> regions) {
        new Shingles(message, key).forEach((hash, start, end) -> runs.add(hash));
        for (Finding found : PersonalData.find(message, regions)) {
            String value = Fold.of(message.substring(found.start(), found.end())).text();
            addSecret(found.kind(), value);
        }
    }

    private void addSecret(Kind kind, String value) {
        String digits = Bare.digits(value).characters();
        boolean numeric = kind != Kind.ADDRESS && kind != Kind.PASSWORD && kind != Kind.URL_SECRET;
        if (numeric && digits.length() >= LEAST_DIGITS) {
            addBare(digits, digitLengths, true);
            if (kind == Kind.PHONE && digits.length() > TAIL) {
                addBare(digits.substring(digits.length() - TAIL), digitLengths, true);
            }
        }
        String letters = Bare.letters(value).characters();
        if (letters.length() >= LEAST_LETTERS && letters.length() > digits.length()) {
            addBare(letters, letterLengths, false);
        }
    }

    private void addBare(String bare, BitSet lengths, boolean digits) {
        String kept = bare.substring(0, Math.min(LONGEST, bare.length()));
        lengths.set(kept.length());
        long hash = beginning(digits);
        for (int i = 0; i < kept.length(); i++) {
            hash = HashTable.mixed(hash + kept.charAt(i));
        }
        secrets.add(hash);
    }

    private long beginning(boolean digits) {
        return HashTable.mixed(key ^ (digits ? 1 : 2));
    }

    /// Runs of others' words in `text` that `theirs` do not have.
    List<Finding> runs(String text, List<String> theirs) {
        if (runs.size() == 0) {
            return List.of();
        }
        HashTable told = new HashTable(MOST_RUNS);
        theirs.forEach(message ->
                new Shingles(message, key).forEach((hash, start, end) -> told.add(hash)));
        told.sort();
        Findings findings = new Findings();
        BitSet covered = new BitSet();
        new Shingles(text, key)
                .forEach((hash, start, end) -> {
                    if (runs.contains(hash) && !told.contains(hash)) {
                        covered.set(start, end);
                    }
                });
        for (int at = covered.nextSetBit(0); at >= 0; ) {
            int end = covered.nextClearBit(at);
            findings.add(Kind.OTHERS_WORDS, at, end);
            at = covered.nextSetBit(end);
        }
        return findings.sorted();
    }

    /// Personal data of others in a folded text, however it is written.
    List<Finding> secrets(String folded) {
        if (secrets.size() == 0) {
            return List.of();
        }
        List<Finding> found = new ArrayList<>();
        search(folded, Bare.digits(folded), true, found);
        search(folded, Bare.letters(folded), false, found);
        return found;
    }

    private void search(String folded, Bare bare, boolean digits, List<Finding> found) {
        BitSet lengths = digits ? digitLengths : letterLengths;
        int longest = lengths.length() - 1;
        for (int first = 0; first < bare.length(); first++) {
            if (!digits && first > 0 && bare.at()[first] <= bare.at()[first - 1] + 1) {
                continue; // in the middle of a word
            }
            long hash = beginning(digits);
            int end = Math.min(bare.length(), first + longest);
            int last = -1;
            for (int i = first; i < end; i++) {
                if (digits && i - first < TAIL - 1 && i > first && far(bare, i)) {
                    break;
                }
                hash = HashTable.mixed(hash + bare.characters().charAt(i));
                if (lengths.get(i - first + 1) && secrets.contains(hash)) {
                    last = i;
                }
            }
            if (last >= 0) {
                int from = digits ? widened(folded, bare.at()[first]) : bare.at()[first];
                found.add(new Finding(Kind.NUMBER, from, bare.at()[last] + 1));
            }
        }
    }

    private static boolean far(Bare bare, int i) {
        return bare.at()[i] - bare.at()[i - 1] > 8 * SHORT_GAP;
    }

    /// Takes in the digits that stand right before, such as a country's code.
    private static int widened(String folded, int start) {
        int at = start;
        int gap = 0;
        for (int i = start - 1; i >= 0 && gap <= SHORT_GAP && start - i < 24; i--) {
            char c = folded.charAt(i);
            if (DigitGroups.digit(c) || c == '+' || c == '(') {
                at = i;
                gap = 0;
            } else if (Character.isLetter(c)) {
                break;
            } else {
                gap++;
            }
        }
        return at;
    }
}
