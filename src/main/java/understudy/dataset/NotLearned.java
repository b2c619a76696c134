package understudy.dataset;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import understudy.chat.Turn;

/// Own turns that are read in their place and not learned, and blocks that are left out whole.
///
/// What is decided here is decided on the training part alone; the held-out part is only compared
/// with, so that no score is made better by leaving out what is hard.
final class NotLearned {
    /// Of the hash functions of MinHash.
    private static final long SEED = 7;

    /// Words from which on a turn is long enough to have been copied rather than said again.
    private static final int LONG = 20;

    /// Words a run; eight that agree are no accident.
    private static final int RUN = 8;

    /// Share of a turn's runs that stand elsewhere from which on it is copied.
    private static final double COPIED = 0.8;

    /// Letters and digits of a tiny turn at most: "haha", "good night".
    private static final int TINY = 12;

    /// Why a turn is not learned.
    enum Reason {
        REPEATED("long turns nearly as you had written them before"),
        COPIED("long turns that stand in several chats"),
        TINY("short turns that you had written often enough");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /// For people.
        String words() {
            return words;
        }

        /// The key in files.
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Selection selection;
    private final IdentityHashMap<Block, BitSet> turns = new IdentityHashMap<>();
    private final Set<Block> duplicates = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Reason, Integer> counts = new EnumMap<>(Reason.class);

    private NotLearned(Selection selection) {
        this.selection = selection;
    }

    static NotLearned of(Map<Part, List<Block>> parts, Selection selection) {
        NotLearned notLearned = new NotLearned(selection);
        List<Block> training = parts.getOrDefault(Part.TRAIN, List.of());
        if (selection.nearDuplicates() > 0) {
            notLearned.findDuplicates(parts);
        }
        if (!selection.learnCopied()) {
            notLearned.findCopied(parts, training);
        }
        if (selection.tinyTurns() < 1) {
            notLearned.findTiny(training);
        }
        return notLearned;
    }

    /// Whether the block, which is one to learn from, says what another one does.
    boolean isDuplicate(Block block) {
        return duplicates.contains(block);
    }

    /// Indices of own turns that are not learned.
    BitSet turns(Block block) {
        return turns.getOrDefault(block, new BitSet());
    }

    /// How many turns of rows to learn from are not learned, by reason.
    Map<Reason, Integer> counts() {
        return Map.copyOf(counts);
    }

    private void findDuplicates(Map<Part, List<Block>> parts) {
        NearDuplicates blocks = new NearDuplicates(selection.nearDuplicates(), SEED);
        NearDuplicates own = new NearDuplicates(selection.nearDuplicates(), SEED);
        for (Part part : List.of(Part.HELDOUT, Part.VALIDATION, Part.TRAIN)) {
            for (Block block : parts.getOrDefault(part, List.of())) {
                if (blocks.seen(text(block)) && part == Part.TRAIN) {
                    duplicates.add(block);
                    continue;
                }
                for (int i = 0; part == Part.TRAIN && i < block.turns().size(); i++) {
                    Turn turn = block.turns().get(i);
                    if (turn.mine() && own.seen(turn.text())) {
                        leave(block, i, Reason.REPEATED);
                    }
                }
            }
        }
    }

    private static String text(Block block) {
        StringBuilder text = new StringBuilder();
        block.turns().forEach(turn -> text.append(turn.text()).append('\n'));
        return text.toString();
    }

    private void findCopied(Map<Part, List<Block>> parts, List<Block> training) {
        Map<String, Integer> chats = new HashMap<>();
        Map<Long, Integer> places = new HashMap<>(); // run of words: its chat, or -1 for several
        for (List<Block> blocks : parts.values()) {
            for (Block block : blocks) {
                int chat = chats.computeIfAbsent(block.conversation().chat(), c -> chats.size());
                for (Turn turn : block.turns()) {
                    long[] words = WordRuns.words(turn.text());
                    for (long run : words.length < LONG ? new long[0] : WordRuns.of(words, RUN)) {
                        places.merge(run, chat, (a, b) -> a.equals(b) ? a : -1);
                    }
                }
            }
        }
        for (Block block : training) {
            for (int i = 0; i < block.turns().size(); i++) {
                Turn turn = block.turns().get(i);
                long[] words = turn.mine() ? WordRuns.words(turn.text()) : new long[0];
                if (words.length < LONG) {
                    continue;
                }
                long[] runs = WordRuns.of(words, RUN);
                long elsewhere = 0;
                for (long run : runs) {
                    elsewhere += places.getOrDefault(run, 0) == -1 ? 1 : 0;
                }
                if (elsewhere >= COPIED * runs.length) {
                    leave(block, i, Reason.COPIED);
                }
            }
        }
    }

    /// Of many that say the same, some are kept, evenly over time.
    private void findTiny(List<Block> training) {
        Map<String, List<Place>> same = new HashMap<>();
        int own = 0;
        for (Block block : training) {
            for (int i = 0; i < block.turns().size(); i++) {
                Turn turn = block.turns().get(i);
                if (turn.mine()) {
                    own++;
                    String said = said(turn.text());
                    if (said.codePointCount(0, said.length()) <= TINY) {
                        same.computeIfAbsent(said, s -> new ArrayList<>()).add(new Place(block, i));
                    }
                }
            }
        }
        long most = Math.max(1, (long) Math.ceil(selection.tinyTurns() * own));
        for (List<Place> places : same.values()) {
            long all = places.size();
            for (int i = 0; i < all; i++) {
                if (all > most && (i + 1) * most / all == i * most / all) {
                    leave(places.get(i).block, places.get(i).turn, Reason.TINY);
                }
            }
        }
    }

    private record Place(Block block, int turn) {}

    /// Letters and digits in lower case; where there are none, the text itself: a smile.
    private static String said(String text) {
        StringBuilder said = new StringBuilder();
        text.codePoints()
                .filter(Character::isLetterOrDigit)
                .map(Character::toLowerCase)
                .forEach(said::appendCodePoint);
        return said.isEmpty() ? text.strip() : said.toString();
    }

    private void leave(Block block, int turn, Reason reason) {
        BitSet known = turns.computeIfAbsent(block, b -> new BitSet());
        if (!known.get(turn)) {
            known.set(turn);
            counts.merge(reason, 1, Integer::sum);
        }
    }
}
