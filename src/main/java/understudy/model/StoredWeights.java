package understudy.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A model's weights on disk, one after the other and in parts, for whoever writes them elsewhere.
///
/// Whatever file they come from, names and numbers are those of a Hugging Face folder of the
/// family; of a model that sees images, the language part as a model of its own.
public final class StoredWeights implements AutoCloseable {
    private final FileSource source;
    private final List<Weight> all;

    /// One weight.
    ///
    /// @param name       in a Hugging Face folder, such as `model.layers.3.mlp.up_proj.weight`
    /// @param gguf       in a GGUF file, such as `blk.3.ffn_up.weight`
    /// @param shape      `(rows,columns)`, or `(rows)` of a norm or bias
    /// @param pairedRows D where GGUF files hold the rows of each head of D rows with the partners
    ///                   of a rotary pair side by side, row i and row i + D/2; 0 where they do not
    /// @param ggufOffset what GGUF files hold more of it: 1 of Gemma's norms, else 0
    public record Weight(
            String name, String gguf, long[] shape, int pairedRows, double ggufOffset) {
        public Weight {
            shape = shape.clone();
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        public long rows() {
            return shape[0];
        }

        /// 1 of a norm or bias.
        public long columns() {
            return shape.length == 1 ? 1 : shape[1];
        }

        public boolean isMatrix() {
            return shape.length == 2;
        }

        /// The name of the layer that it belongs to, such as `model.layers.3.mlp.up_proj`.
        public String layer() {
            return name.substring(0, name.lastIndexOf('.'));
        }
    }

    private StoredWeights(FileSource source) {
        this.source = source;
        this.all = weights();
    }

    /// @param model a Hugging Face folder with safetensors, or a .gguf file
    /// @throws understudy.base.UserError where files are missing or damaged, or the family is not
    ///     known
    public static StoredWeights open(Path model) {
        return new StoredWeights(FileSource.open(model));
    }

    public ModelConfig config() {
        return source.config();
    }

    /// Every weight: the embedding, block by block, the last norm, and the head where it is not
    /// the embedding.
    public List<Weight> all() {
        return all;
    }

    /// Some rows of a weight, in f32.
    ///
    /// @param from  first row; a multiple of [Weight#pairedRows] where that is not 0
    /// @param count rows; likewise
    /// @return `(count,columns)`, or `(count)`, in the caller's scope
    public Tensor rows(Weight weight, long from, long count) {
        return source.rows(weight, from, count);
    }

    /// What was read so far need not stay in memory.
    public void release() {
        source.release();
    }

    private List<Weight> weights() {
        ModelConfig config = source.config();
        List<Weight> weights = new ArrayList<>();
        long[] table = {config.vocabulary(), config.hidden()};
        weights.add(weight("model.embed_tokens.weight", table));
        for (int i = 0; i < config.layers(); i++) {
            addBlock(weights, "model.layers." + i + ".");
        }
        weights.add(weight("model.norm.weight", config.hidden()));
        if (!config.tied()) {
            weights.add(weight("lm_head.weight", table));
        }
        return List.copyOf(weights);
    }

    private void addBlock(List<Weight> weights, String prefix) {
        ModelConfig config = source.config();
        Family.BlockNorms norms = config.family().norms();
        List<String> named = new ArrayList<>();
        named.add(norms.beforeAttention());
        named.add(norms.beforeMlp());
        String behindAttention = norms.behindAttention();
        String behindMlp = norms.behindMlp();
        if (behindAttention != null && behindMlp != null) {
            named.add(behindAttention);
            named.add(behindMlp);
        }
        named.forEach(name -> weights.add(weight(prefix + name + ".weight", config.hidden())));
        if (config.family().normsHeads()) {
            weights.add(weight(prefix + "self_attn.q_norm.weight", config.headSize()));
            weights.add(weight(prefix + "self_attn.k_norm.weight", config.headSize()));
        }
        for (BlockShape.Group group : BlockShape.groups(config)) {
            for (BlockShape.Linear linear : group.members()) {
                String name = prefix + linear.name();
                weights.add(weight(name + ".weight", linear.outputs(), group.inputs()));
                if (group.biased()) {
                    weights.add(weight(name + ".bias", linear.outputs()));
                }
            }
        }
    }

    private Weight weight(String name, long... shape) {
        Family family = source.config().family();
        boolean norm = name.endsWith("norm.weight");
        int heads = source.pairedHeads(name);
        return new Weight(
                name,
                GgufModel.tensorName(family, name),
                shape,
                heads == 0 ? 0 : (int) (shape[0] / heads),
                norm ? family.normOffset() : 0);
    }

    @Override
    public void close() {
        source.close();
    }
}
