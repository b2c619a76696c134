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
/// @param window       latest tokens a token can see; 0 for all
/// @param maxPositions longest context the model was made for, tokens
/// @param tied         whether the head shares the embedding's weights
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
        int window,
        int maxPositions,
        boolean tied) {

    public ModelConfig {
        bound("vocabulary", vocabulary, 1, 4_000_000);
        bound("hidden size", hidden, 1, 65_536);
        bound("layers", layers, 1, 512);
        bound("attention heads", heads, 1, 1024);
        bound("key/value heads", kvHeads, 1, heads);
        bound("head size", headSize, 2, 4096);
        bound("intermediate size", intermediate, 1, 1_000_000);
        bound("sliding window", window, 0, Integer.MAX_VALUE);
        bound("context length", maxPositions, 1, 1 << 28);
        if (heads % kvHeads != 0 || headSize % 2 != 0) {
            throw new IllegalArgumentException(
                    "heads " + heads + "/" + kvHeads + " of size " + headSize);
        }
        if (!(normEpsilon > 0 && normEpsilon < 1)) {
            throw new IllegalArgumentException("norm epsilon " + normEpsilon);
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
        return new ModelConfig(
                Family.ofModelType(family, "catalogue"),
                sizes[0],
                sizes[1],
                sizes[2],
                sizes[3],
                sizes[4],
                sizes[5],
                sizes[6],
                1e-5,
                RopeConfig.plain(10_000),
                0,
                maxPositions,
                tied);
    }

    /// The same shape with another sliding window.
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
                tokens,
                maxPositions,
                tied);
    }

    /// G, query heads a key/value head.
    public int group() {
        return heads / kvHeads;
    }

    /// Columns of the widest input of a linear layer in a block.
    public int widestInput() {
        return Math.max(heads * headSize, Math.max(hidden, intermediate));
    }

    /// Weights in all, embedding and head included.
    public long parameters() {
        long attention = (long) hidden * headSize * (2L * heads + 2L * kvHeads);
        long mlp = 3L * hidden * intermediate;
        long ends = (long) vocabulary * hidden * (tied ? 1 : 2);
        return layers * (attention + mlp + 2L * hidden) + ends + hidden;
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
