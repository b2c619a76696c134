package understudy.model;

import java.nio.file.Files;
import java.nio.file.Path;
import understudy.base.UserError;

/// The shape of a model.
///
/// @param vocabulary   V, number of token ids
/// @param hidden       d
/// @param layers       number of blocks
/// @param heads        H
/// @param kvHeads      K, divides H
/// @param headSize     D, even
/// @param intermediate F
/// @param normEpsilon  added to the mean square in RMS norms
/// @param rope         positions in all layers that are not local
/// @param local        layers with a sliding window
/// @param queryScalar  scores of attention are divided by its square root; D in most families
/// @param biases       which linear layers have one
/// @param maxPositions longest context the model was made for, tokens
/// @param tied         whether the head shares the embedding's weights
/// @param nested       whether it is the language part of a model that sees images
public record ModelConfig(
        Family family,
        int vocabulary,
        int hidden,
        int layers,
        int heads,
        int kvHeads,
        int headSize,
        int intermediate,
        double normEpsilon,
        RopeConfig rope,
        LocalLayers local,
        double queryScalar,
        Biases biases,
        int maxPositions,
        boolean tied,
        boolean nested) {

    /// Which linear layers of every block have a bias.
    ///
    /// @param qkv    q, k and v
    /// @param output the one behind attention
    /// @param mlp    gate, up and down
    public record Biases(boolean qkv, boolean output, boolean mlp) {
        static final Biases NONE = new Biases(false, false, false);
        static final Biases QKV = new Biases(true, false, false);
    }

    public ModelConfig {
        bound("vocabulary", vocabulary, 1, 4_000_000);
        bound("hidden size", hidden, 1, 65_536);
        layers(layers);
        bound("attention heads", heads, 1, 1024);
        bound("key/value heads", kvHeads, 1, heads);
        bound("head size", headSize, 2, 4096);
        bound("intermediate size", intermediate, 1, 1_000_000);
        bound("local layers", local.layers().length(), 0, layers);
        bound("context length", maxPositions, 1, 1 << 28);
        if (heads % kvHeads != 0 || headSize % 2 != 0) {
            throw new IllegalArgumentException(
                    "heads " + heads + "/" + kvHeads + " of size " + headSize);
        }
        if (!(normEpsilon > 0 && normEpsilon < 1)) {
            throw new IllegalArgumentException("norm epsilon " + normEpsilon);
        }
        if (!(queryScalar > 0 && queryScalar < 1e6)) {
            throw new IllegalArgumentException("query scalar " + queryScalar);
        }
    }

    /// Reads the config of a model folder (config.json) or of a .gguf file.
    ///
    /// @throws UserError where it is missing, damaged, out of range, or of an unknown family
    public static ModelConfig read(Path model) {
        if (Files.isDirectory(model)) {
            return HubConfig.read(model.resolve("config.json"));
        }
        return GgufModel.config(model);
    }

    /// A shape that is known before the model is here; enough to plan with.
    ///
    /// @param family `model_type`, such as `llama`
    /// @param sizes  vocabulary, hidden, layers, heads, kvHeads, headSize, intermediate
    public static ModelConfig ofShape(String family, int[] sizes, int maxPositions, boolean tied) {
        Family known = Family.ofModelType(family, "catalogue");
        RopeConfig rope = RopeConfig.plain(10_000);
        return new ModelConfig(
                known,
                sizes[0],
                sizes[1],
                sizes[2],
                sizes[3],
                sizes[4],
                sizes[5],
                sizes[6],
                1e-5,
                rope,
                LocalLayers.none(rope),
                sizes[5],
                switch (known) {
                    case QWEN2 -> Biases.QKV;
                    case LLAMA, MISTRAL, QWEN3, GEMMA3, PHI3 -> Biases.NONE;
                },
                maxPositions,
                tied,
                false);
    }

    /// The same shape with a sliding window in every layer.
    public ModelConfig withWindow(int tokens) {
        return new ModelConfig(
                family,
                vocabulary,
                hidden,
                layers,
                heads,
                kvHeads,
                headSize,
                intermediate,
                normEpsilon,
                rope,
                LocalLayers.all(layers, tokens, rope),
                queryScalar,
                biases,
                maxPositions,
                tied,
                nested);
    }

    /// G, query heads a key/value head.
    public int group() {
        return heads / kvHeads;
    }

    /// Columns of the widest input of a linear layer in a block.
    public int widestInput() {
        return Math.max(heads * headSize, Math.max(hidden, intermediate));
    }

    /// Latest tokens a token sees in the local layers; 0 where there are none.
    public int window() {
        return local.window();
    }

    /// Where transformers keeps a block, such as `model.layers.3`.
    String layerName(int layer) {
        return (nested ? "model.language_model.layers." : "model.layers.") + layer;
    }

    /// Weights in all, embedding and head included.
    public long parameters() {
        long ends = (long) vocabulary * hidden * (tied ? 1 : 2);
        return layers * BlockShape.parameters(this) + ends + hidden;
    }

    /// Numbers that an adapter of this model learns.
    public long adapterParameters(LoraConfig lora) {
        return layers * BlockShape.adapterParameters(this, lora);
    }

    /// Columns of what a block keeps for its backward pass beyond what every family keeps.
    public int furtherColumns() {
        int behind = (family.norms().count() - 2) * hidden;
        return behind + (family.normsHeads() ? (heads + kvHeads) * headSize : 0);
    }

    /// Checks a number of layers, for what is laid out by it before the rest is known.
    static int layers(int count) {
        bound("layers", count, 1, 512);
        return count;
    }

    private static void bound(String what, long value, long low, long high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(what + " " + value);
        }
    }

    /// For a config from a file, whose numbers are a stranger's.
    static UserError wrong(IllegalArgumentException e, Path file) {
        return new UserError(
                "the model's config makes no sense: " + e.getMessage(),
                file.toString(),
                "fetch the model again, or use one of `understudy model list`",
                e);
    }
}
