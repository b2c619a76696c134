package understudy.train;

import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.model.RowPass;
import understudy.tensor.ComputeType;
import understudy.tensor.Quantization;

/// How much memory and work a training needs, from the model's shape alone.
///
/// @param weights     bytes of the model as it is loaded: embedding, head, matrices in the form
///     they are held in, and the buffer they are unpacked into
/// @param learning    bytes of what is learned beyond that: numbers, gradients and moments, an
///     adapter's copy to compute with
/// @param activations bytes kept of the longest row when nothing is computed again
/// @param recomputed  bytes kept of it when each block is run again in the backward pass
/// @param rest        bytes of the runtime, loss chunk, dropout masks, a gradient's product and
///     spare
public record MemoryPlan(
        Method method, long weights, long learning, long activations, long recomputed, long rest) {
    /// Tokens that one token of a row of packed chats sees in the mean: what the demo's chats have.
    public static final int TYPICAL_SEEN = 200;

    /// Bytes of the JVM, libtorch and what oneDNN compiles; see docs/performance.md for what was
    /// measured.
    private static final long RUNTIME = 380L << 20;

    /// The allocator's air between tensors that come and go.
    private static final double AIR = 1.06;

    /// Conversations are hardly longer than twice this, tokens.
    private static final int MOST_SEEN = 512;

    private static final int LOSS_CHUNK = 256;
    private static final int ATTENTION_CHUNK = 256;

    /// Twice the numbers of the widest vectors; see `Kernels.attends`.
    private static final int KERNEL_COLUMNS = 32;

    /// Of the memory that is free, the share a training may plan with.
    private static final double SHARE = 0.75;

    /// What is learned, and how the rest is held.
    ///
    /// @param full          whether all weights learn; else an adapter does
    /// @param lora          the adapter's shape, without meaning where `full`
    /// @param quantization  of the frozen matrices, without meaning where `full`
    /// @param optimizerBits of each of AdamW's two moments: 32 or 8
    public record Method(
            boolean full, LoraConfig lora, Quantization quantization, int optimizerBits) {
        public static Method lora(LoraConfig lora, Quantization quantization, int optimizerBits) {
            return new Method(false, lora, quantization, optimizerBits);
        }

        public static Method of(TrainConfig config) {
            return config.full()
                    ? full(config.optimizerBits())
                    : lora(config.lora(), config.quantization(), config.optimizerBits());
        }

        public static Method full(int optimizerBits) {
            return new Method(true, LoraConfig.STANDARD, Quantization.NONE, optimizerBits);
        }

        /// Whether the base has to be unpacked for each multiply.
        public boolean packed() {
            return !full
                    && switch (quantization) {
                        case INT8, INT4, NF4 -> true;
                        case NONE, FILE, F32, BF16 -> false;
                    };
        }

        /// Such as `lora bf16`, `qlora nf4` or `full bf16`.
        public String named(ComputeType type) {
            if (full) {
                return "full " + type.word();
            }
            boolean same = quantization.word().equals(type.word());
            return quantization == Quantization.NONE || quantization == Quantization.FILE || same
                    ? "lora " + type.word()
                    : packed()
                            ? "qlora " + quantization.word()
                            : "lora " + type.word() + ", base in " + quantization.word();
        }
    }

    /// The plan for rows that are not known yet: the longest is packed with conversations of up to
    /// 1,024 tokens.
    ///
    /// @param rowLength tokens of the longest row
    public static MemoryPlan of(ModelConfig model, Method method, ComputeType type, int rowLength) {
        return of(model, method, type, rowLength, Math.min(rowLength / 2.0, MOST_SEEN));
    }

    /// @param rowLength tokens of the longest row
    /// @param seen      tokens that one of its tokens sees in the mean; half the row where it is
    ///     one conversation
    public static MemoryPlan of(
            ModelConfig model, Method method, ComputeType type, int rowLength, double seen) {
        long bytes = type.bytes();
        long t = RowPass.padded(rowLength);
        long learned = method.full ? model.parameters() : learned(model, method.lora);
        // where all weights learn in f32, the model's own are the numbers that do
        boolean shared = method.full && type == ComputeType.F32;
        long copy = method.full ? 0 : bytes; // else an adapter's, in the compute type
        long block = block(model, method, type, t, seen);
        long passing = 2 * block; // what a block makes on the way and in its backward pass
        long loss = LOSS_CHUNK * (long) model.vocabulary() * (2 * bytes + 8);
        // a chunk's gradient of the head, before it is added in f32
        long product = method.full && !shared ? bytes * model.vocabulary() * model.hidden() : 0;
        boolean drops = !method.full && method.lora.dropout() > 0;
        long masks = drops ? bytes * (t * model.widestInput() + DropoutPool.SPARE) : 0;
        return new MemoryPlan(
                method,
                weights(model, method.quantization, type),
                learned * ((shared ? 0 : 4) + 4 + method.optimizerBits / 4 + copy),
                (long) (AIR * (model.layers() * block + passing)),
                (long) (AIR * (model.layers() * bytes * t * model.hidden() + block + passing)),
                RUNTIME + loss + masks + product);
    }

    /// Bytes that one block keeps for its backward pass: inputs and outputs of its layers, and of
    /// attention a sum for each token and head, or, where heads are no multiple of the vectors that
    /// its kernel works with, the weights of query chunks against the keys up to their end.
    private static long block(
            ModelConfig model, Method method, ComputeType type, long t, double seen) {
        long heads = (long) model.heads() * model.headSize();
        long keyValue = (long) model.kvHeads() * model.headSize();
        long vector = 4L * model.hidden() + 2 * heads + 2 * keyValue + 3L * model.intermediate();
        vector += model.furtherColumns();
        long low = method.full ? 0 : 7L * method.lora.rank();
        boolean sums = model.headSize() % KERNEL_COLUMNS == 0;
        double square = model.heads() * (seen + Math.min(seen, ATTENTION_CHUNK / 2.0));
        long attention = (long) (sums ? 4L * model.heads() : type.bytes() * square);
        return t * (type.bytes() * (vector + low) + attention);
    }

    /// Bytes of the frozen weights as they are held.
    private static long weights(ModelConfig model, Quantization quantization, ComputeType type) {
        long matrices = matrices(model);
        double each =
                switch (quantization) {
                    case NONE, FILE -> type.bytes(); // what the file holds is not known yet
                    case F32 -> 4;
                    case BF16 -> 2;
                    case INT8 -> 1 + 4.0 / model.hidden(); // a scale a row
                    case INT4 -> 0.5 + 4.0 / 32; // scale and minimum of a group, two bytes each
                    case NF4 -> 0.5 + 1.0 / 64 + 4.0 / (64 * 256);
                };
        boolean direct = each == type.bytes();
        long widest = 2L * model.intermediate() * model.hidden(); // gate and up as one
        long buffer = direct ? 0 : widest * type.bytes();
        return (long) (matrices * each) + (model.parameters() - matrices) * type.bytes() + buffer;
    }

    /// Weights of the blocks; norms and biases among them are too few to be counted apart.
    private static long matrices(ModelConfig model) {
        long ends = (long) model.vocabulary() * model.hidden() * (model.tied() ? 1 : 2);
        return model.parameters() - ends - model.hidden();
    }

    /// Numbers that the adapter learns.
    public static long learned(ModelConfig model, LoraConfig lora) {
        return model.adapterParameters(lora);
    }

    /// Bytes at the peak of training.
    ///
    /// @param recompute whether blocks are run again in the backward pass
    public long peak(boolean recompute) {
        return weights + learning + rest + (recompute ? recomputed : activations);
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
    /// of the head; attention forward and twice that backward over what a token sees. Where all
    /// weights learn, 2 more a weight for its own gradient, the head's included.
    ///
    /// @param learnedShare of the tokens, 0 to 1
    /// @param seen         mean number of tokens that a token can see
    public static double flopsPerToken(
            ModelConfig model, Method method, boolean recompute, double learnedShare, double seen) {
        double ends = (double) model.vocabulary() * model.hidden() * (model.tied() ? 1 : 2);
        double blocks = model.parameters() - ends;
        double heads = (double) model.heads() * model.headSize();
        double attention = 4.0 * heads * seen * model.layers();
        double again = recompute ? 2 * blocks + attention : 0;
        double head = (double) model.vocabulary() * model.hidden() * learnedShare;
        double updates = method.full ? 2 * (blocks + head) : 6.0 * learned(model, method.lora);
        return 4 * blocks + again + updates + 4 * head + 3 * attention;
    }
}
