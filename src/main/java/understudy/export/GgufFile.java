package understudy.export;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import understudy.model.HubConfigs;
import understudy.model.LocalLayers;
import understudy.model.ModelConfig;
import understudy.model.RopeConfig;
import understudy.model.StoredWeights.Weight;
import understudy.text.TokenizerExport;
import understudy.weights.Gguf;
import understudy.weights.GgufWriter;
import understudy.weights.Quantizer;
import understudy.weights.WeightType;

/// A whole model as one GGUF file.
///
/// Keys and tensor names are those of ggml's GGUF naming convention, and what llama.cpp asks for of
/// each family. Matrices are of the chosen type, norms and biases F32; beside Q4_0, the embedding
/// and the head, which everything goes through, are Q8_0.
final class GgufFile {
    /// Of a file that was made from another: what holds of that one's bytes only.
    private static final Pattern OF_THE_FILE =
            Pattern.compile(
                    "general\\.(file_type|quantization_version|alignment)"
                            + "|tokenizer\\..*|split\\..*|quantize\\..*");

    /// One global layer in so many: what llama.cpp takes for granted.
    private static final int GEMMA3_PERIOD = 6;

    private static final int QUANTIZATION_VERSION = 2;

    private final MergedWeights weights;
    private final Path model;
    private final WeightType type;

    /// @param model where the weights came from
    GgufFile(MergedWeights weights, Path model, WeightType type) {
        this.weights = weights;
        this.model = model;
        this.type = type;
    }

    /// @param name of the model, for people
    /// @param ends tokens that end a turn
    GgufWriter writer(TokenizerExport tokenizer, String name, Set<Integer> ends) {
        GgufWriter out = new GgufWriter();
        if (Files.isDirectory(model)) {
            out.string("general.architecture", weights.config().family().ggufArchitecture());
            out.string("general.type", "model").string("general.name", name);
            addKeys(out, weights.config());
        } else {
            try (Gguf file = Gguf.open(model)) {
                file.metadata().keySet().stream()
                        .filter(key -> !OF_THE_FILE.matcher(key).matches())
                        .forEach(key -> out.pair(file, key));
            }
        }
        out.u32("general.file_type", fileType());
        out.u32("general.quantization_version", QUANTIZATION_VERSION);
        tokenizer.addKeys(out, weights.config().vocabulary(), ends);
        addDivisors(out);
        for (Weight weight : weights.all()) {
            WeightType stored = stored(weight);
            out.add(
                    weight.gguf(),
                    stored,
                    weight.shape(),
                    body -> weights.writeGguf(weight, stored, body));
        }
        return out;
    }

    /// llama.cpp's number for what most tensors are of.
    private int fileType() {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q8_0 -> 7;
            case BF16 -> 32;
            default -> throw new IllegalArgumentException("no file type for " + type);
        };
    }

    private WeightType stored(Weight weight) {
        if (!weight.isMatrix()) {
            return WeightType.F32;
        }
        if (weight.columns() % type.blockElements() != 0) {
            return WeightType.F16;
        }
        boolean end =
                weight.gguf().equals("token_embd.weight") || weight.gguf().equals("output.weight");
        return end && type == WeightType.Q4_0 ? WeightType.Q8_0 : type;
    }

    private static void addKeys(GgufWriter out, ModelConfig c) {
        String prefix = c.family().ggufArchitecture() + ".";
        out.u32(prefix + "block_count", c.layers());
        out.u32(prefix + "context_length", c.maxPositions());
        out.u32(prefix + "embedding_length", c.hidden());
        out.u32(prefix + "feed_forward_length", c.intermediate());
        out.u32(prefix + "attention.head_count", c.heads());
        out.u32(prefix + "attention.head_count_kv", c.kvHeads());
        out.u32(prefix + "attention.key_length", c.headSize());
        out.u32(prefix + "attention.value_length", c.headSize());
        out.f32(prefix + "attention.layer_norm_rms_epsilon", c.normEpsilon());
        out.f32(prefix + "rope.freq_base", c.rope().theta());
        out.u32(prefix + "rope.dimension_count", c.headSize());
        if (c.rope().scaling() == RopeConfig.Scaling.LINEAR) {
            out.string(prefix + "rope.scaling.type", "linear");
            out.f32(prefix + "rope.scaling.factor", c.rope().factor());
        }
        switch (c.family()) {
            case LLAMA, MISTRAL -> out.u32(prefix + "vocab_size", c.vocabulary());
            case QWEN2, QWEN3 -> {}
            case GEMMA3 -> addGemmaKeys(out, prefix, c);
            case PHI3 -> {
                out.u32(prefix + "rope.scaling.original_context_length", c.maxPositions());
                out.u32(prefix + "attention.sliding_window", c.window());
            }
        }
    }

    private static void addGemmaKeys(GgufWriter out, String prefix, ModelConfig c) {
        LocalLayers local = c.local();
        out.u32(prefix + "attention.sliding_window", c.window());
        out.f32(prefix + "rope.freq_base_swa", local.rope().theta());
        if (c.queryScalar() != c.headSize()) {
            out.f32(prefix + "attention.scale", 1 / Math.sqrt(c.queryScalar()));
        }
        boolean[] pattern = new boolean[c.layers()];
        boolean usual = true;
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = local.layers().get(i);
            usual &= pattern[i] == ((i + 1) % GEMMA3_PERIOD != 0);
        }
        if (!usual) {
            out.flags(prefix + "attention.sliding_window_pattern", pattern);
        }
    }

    /// Llama 3's way of stretching the context, as numbers.
    private void addDivisors(GgufWriter out) {
        RopeConfig rope = weights.config().rope();
        float[] divisors = rope.speedDivisors();
        if (divisors.length == 0 && rope.scaling() == RopeConfig.Scaling.LLAMA3) {
            divisors =
                    HubConfigs.divisors(
                            rope.theta(),
                            weights.config().headSize(),
                            rope.factor(),
                            rope.lowFactor(),
                            rope.highFactor(),
                            rope.original());
        }
        if (divisors.length > 0) {
            byte[] bytes = new byte[4 * divisors.length];
            Quantizer.fromFloats(
                    WeightType.F32, MemorySegment.ofArray(divisors), MemorySegment.ofArray(bytes));
            long[] shape = {divisors.length};
            out.add("rope_freqs.weight", WeightType.F32, shape, body -> body.write(bytes));
        }
    }

    void write(Path target, TokenizerExport tokenizer, String name, Set<Integer> ends)
            throws IOException {
        writer(tokenizer, name, ends).write(target);
    }
}
