package understudy.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Sets blocks apart before anything is filtered, so that no filter can make the score look good.
///
/// Held out are the latest blocks of each chat: everybody the owner writes to is scored, on words
/// later than all that was learned with them. The validation part is the latest of what remains
/// over all chats together: by chat, everybody with two blocks would lose one of them, which on
/// many short chats is far more than the share asked for, and early stop needs no more than
/// "later words, not learned".
final class HeldOut {
    /// Shares such as 0.1 are not exact in binary: 30 * 0.1 must not fall below 3.
    private static final double ROUNDING = 1e-9;

    private HeldOut() {}

    /// @param chats the blocks of each chat in order of time
    /// @return every block in one part, in the given order
    static Map<Part, List<Block>> split(List<List<Block>> chats, DatasetConfig config) {
        List<Block> training = new ArrayList<>();
        List<Block> heldout = new ArrayList<>();
        for (List<Block> blocks : chats) {
            int kept = blocks.size() - latest(blocks.size(), config.heldoutShare());
            training.addAll(blocks.subList(0, kept));
            heldout.addAll(blocks.subList(kept, blocks.size()));
        }
        List<Block> byTime = new ArrayList<>(training);
        byTime.sort(Comparator.comparing(Block::start)); // stable: ties keep the given order
        int kept = training.size() - latest(training.size(), config.validationShare());
        Set<Block> validation = Collections.newSetFromMap(new IdentityHashMap<>());
        validation.addAll(byTime.subList(kept, byTime.size())); // two chats may hold equal blocks
        Map<Part, List<Block>> parts = new EnumMap<>(Part.class);
        parts.put(Part.TRAIN, training.stream().filter(b -> !validation.contains(b)).toList());
        parts.put(Part.VALIDATION, training.stream().filter(validation::contains).toList());
        parts.put(Part.HELDOUT, heldout);
        return parts;
    }

    /// @return how many of `blocks` are set apart: of more than one at least one
    static int latest(int blocks, double share) {
        return blocks < 2 || share == 0
                ? 0
                : Math.max(1, (int) Math.floor(blocks * share + ROUNDING));
    }
}
