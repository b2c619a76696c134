package understudy.model;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// Runs a row of conversations through a model, forward, and backward where gradients are wanted.
///
/// The driver goes block by block. Of each block it keeps either everything the backward pass
/// needs, or only the input, and then runs the block again on the way back: a third more work for
/// a fraction of the memory.
public final class RowPass {
    private static final int LENGTH_STEP = 64;

    private final LanguageModel model;
    private final HeadLoss head;
    private final boolean recompute;

    /// @param recompute whether blocks are run again in the backward pass
    public RowPass(LanguageModel model, boolean recompute) {
        this.model = model;
        this.head = new HeadLoss(model);
        this.recompute = recompute;
    }

    /// Conversations one behind another in a row.
    ///
    /// @param ids    T token ids
    /// @param starts first token of each conversation, each after the one before, `starts[0] = 0`
    /// @param scored bit i: the loss of token i, given those before it, counts; never a
    ///               conversation's first token, which nothing precedes
    public record PackedRow(int[] ids, int[] starts, BitSet scored) {
        public PackedRow {
            if (ids.length == 0 || starts.length == 0 || starts[0] != 0) {
                throw new IllegalArgumentException("a row has tokens, and starts at 0");
            }
            for (int s = 0; s < starts.length; s++) {
                int end = s + 1 < starts.length ? starts[s + 1] : ids.length;
                if (starts[s] >= end) {
                    throw new IllegalArgumentException("no conversation at token " + starts[s]);
                }
                if (scored.get(starts[s])) {
                    throw new IllegalArgumentException("nothing precedes token " + starts[s]);
                }
            }
            if (scored.length() > ids.length) {
                throw new IllegalArgumentException("mask longer than the row");
            }
        }
    }

    /// Tokens that a row of `length` is worked on as.
    public static int padded(int length) {
        return length < LENGTH_STEP
                ? length
                : (length + LENGTH_STEP - 1) / LENGTH_STEP * LENGTH_STEP;
    }

    /// The same row with a conversation of padding behind it, so that lengths are multiples of 64.
    ///
    /// oneDNN keeps what it compiled for each shape it has seen, about 60 MB for each new length of
    /// a row: without this, memory grows by gigabytes over a run whose rows all differ.
    private static PackedRow padded(PackedRow row) {
        int length = row.ids.length;
        int longer = padded(length);
        if (longer == length) {
            return row;
        }
        int[] starts = Arrays.copyOf(row.starts, row.starts.length + 1);
        starts[row.starts.length] = length;
        return new PackedRow(Arrays.copyOf(row.ids, longer), starts, row.scored);
    }

    /// Losses of the scored tokens in order, nats each.
    public float[] score(PackedRow row) {
        return run(row, 0, null, null);
    }

    /// The same, and whether each scored token was the one that the model found likeliest: what a
    /// model that always takes the likeliest token would have written there.
    ///
    /// @param likeliest filled; as long as there are scored tokens
    float[] score(PackedRow row, boolean[] likeliest) {
        return run(row, 0, null, likeliest);
    }

    /// Adds to the gradients of what learns those of `weight` times the summed loss of the scored
    /// tokens.
    ///
    /// @param masks null without dropout
    /// @return losses of the scored tokens in order, nats each
    public float[] learn(PackedRow row, double weight, @Nullable DropoutMasks masks) {
        if (weight == 0) {
            throw new IllegalArgumentException("a weight of 0 teaches nothing");
        }
        return run(row, weight, masks, null);
    }

    private float[] run(
            PackedRow given,
            double weight,
            @Nullable DropoutMasks masks,
            boolean @Nullable [] likeliest) {
        PackedRow packed = padded(given);
        int[] next = packed.scored.stream().toArray();
        int[] from = next.clone();
        int[] targets = new int[next.length];
        for (int i = 0; i < next.length; i++) {
            from[i] = next[i] - 1;
            targets[i] = packed.ids[next[i]];
        }
        if (next.length == 0) {
            return new float[0];
        }
        boolean learning = weight != 0;
        Deque<PointerScope> open = new ArrayDeque<>();
        try (PointerScope scope = new PointerScope()) {
            Row row = model.row(packed.starts, packed.ids.length, masks);
            Tensor x = model.embed(packed.ids);
            Deque<Step> steps = new ArrayDeque<>();
            for (Block block : model.blocks()) {
                Block.Saved saved = learning && !recompute ? new Block.Saved() : null;
                PointerScope kept = new PointerScope(); // lives until the block's way back
                open.push(kept);
                Tensor y = block.forward(x, row, saved);
                if (!learning) {
                    scope.attach(y);
                    open.pop().close();
                    x.close();
                } else {
                    steps.push(new Step(block, x, saved));
                }
                x = y;
            }
            HeadLoss.Result result = head.run(x, from, targets, weight, likeliest);
            if (result.dx() != null) {
                scope.attach(result.dx());
                Tensor dx = backward(row, result.dx(), steps, open, scope);
                model.embedBackward(packed.ids, dx);
            }
            return result.losses();
        } finally {
            while (!open.isEmpty()) {
                open.pop().close();
            }
        }
    }

    /// @param x the block's input, kept in any case
    private record Step(Block block, Tensor x, Block.@Nullable Saved saved) {}

    /// @return gradient of the embedded tokens where the embedding learns
    private Tensor backward(
            Row row, Tensor dx, Deque<Step> steps, Deque<PointerScope> open, PointerScope scope) {
        Tensor dy = dx;
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            boolean wanted = !steps.isEmpty() || model.learnsWeights();
            try (PointerScope again = new PointerScope()) {
                Block.Saved saved = step.saved;
                if (saved == null) {
                    saved = new Block.Saved();
                    step.block.forward(step.x, row, saved).close();
                }
                Tensor before = step.block.backward(dy, row, saved, wanted);
                if (before != null) {
                    scope.attach(before);
                    dy.close();
                    dy = before;
                }
            }
            open.pop().close();
        }
        return dy;
    }
}
