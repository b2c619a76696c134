package understudy.train;

import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.tensor.ComputeType;

/// How much memory and work a training needs, from the model's shape alone.
///
/// @param weights     bytes of the frozen base
/// @param adapter     bytes of the adapter: numbers, gradients, two moments in f32, a copy
/// @param activations bytes kept of the longest row when nothing is computed again
/// @param recomputed  bytes kept of it when each block is run again in the backward pass
/// @param rest        bytes of the runtime, loss chunk, dropout masks and spare
public record MemoryPlan(long weights, long adapter, long activations, long recomputed, long rest) {
    /// Bytes of the JVM, libtorch and allocator slack, measured on an idle process.
    private static final long RUNTIME = 700L << 20;

    private static final int LOSS_CHUNK = 256;

    /// Of the memory that is free, the share a training may plan with.
    private static final double SHARE = 0.75;

    /// @param rowLength tokens of the longest row
    public static MemoryPlan of(
            ModelConfig model, LoraConfig lora, ComputeType type, int rowLength) {
        long bytes = type.bytes();
        long t = rowLength;
        long learned = learned(model, lora);
        long heads = (long) model.heads() * model.headSize();
        long keyValue = (long) model.kvHeads() * model.headSize();
        long vector = 4L * model.hidden() + 2 * heads + 2 * keyValue + 3L * model.intermediate();
        vector += model.furtherColumns();
        long low = 7L * lora.rank();
        long square = (long) model.heads() * t * t * 5 / 8; // causal chunks of 256
        long block = bytes * (t * (vector + low) + square);
        long passing = 2 * block; // what a block makes on the way and in its backward pass
        long loss = LOSS_CHUNK * (long) model.vocabulary() * (2 * bytes + 8);
        long masks = bytes * (t * model.widestInput() + 4_000_000);
        return new MemoryPlan(
                model.parameters() * bytes,
                learned * (4 * 4 + bytes) + learned * 8,
                model.layers() * block + passing,
                model.layers() * bytes * t * model.hidden() + block + passing,
                RUNTIME + loss + (lora.dropout() > 0 ? masks : 0));
    }

    /// Numbers that the adapter learns.
    public static long learned(ModelConfig model, LoraConfig lora) {
        return model.adapterParameters(lora);
    }

    /// Bytes at the peak of training.
    ///
    /// @param recompute whether blocks are run again in the backward pass
    public long peak(boolean recompute) {
        return weights + adapter + rest + (recompute ? recomputed : activations);
    }

    /// Whether blocks have to be run again to fit.
    ///
    /// @param free bytes that programs can have now
    public boolean mustRecompute(long free) {
        return peak(false) > SHARE * free;
    }

    /// Whether it fits at all.
    public boolean fits(long free) {
        return peak(true) <= free;
    }

    /// Operations executed for one training token: 2 a weight forward and 2 for the gradient of
    /// the input, 2 more where a block is run again; 6 a LoRA weight; 4·V·d for the learned share
    /// of the head; attention forward and twice that backward over half the row.
    ///
    /// @param learnedShare of the tokens, 0 to 1
    /// @param conversation mean number of tokens that a token can see
    public static double flopsPerToken(
            ModelConfig model,
            LoraConfig lora,
            boolean recompute,
            double learnedShare,
            double conversation) {
        double ends = (double) model.vocabulary() * model.hidden() * (model.tied() ? 1 : 2);
        double blocks = model.parameters() - ends;
        double heads = (double) model.heads() * model.headSize();
        double attention = 4.0 * heads * conversation * model.layers();
        double again = recompute ? 2 * blocks + attention : 0;
        return 4 * blocks
                + again
                + 6.0 * learned(model, lora)
                + 4.0 * model.vocabulary() * model.hidden() * learnedShare
                + 3 * attention;
    }
}
