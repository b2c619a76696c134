package understudy.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.tensor.ByteGroups;
import understudy.tensor.ComputeType;
import understudy.tensor.FreedMemory;
import understudy.tensor.FrozenMatrices;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.tensor.RowBlock;
import understudy.tensor.Scopes;

/// A decoder-only language model with frozen weights and at most one [Adapter], or one of which all
/// weights learn ([FullWeights]).
///
/// Not for use by several threads at once.
public final class LanguageModel implements AutoCloseable {
    /// Of the norm behind the blocks.
    static final String FINAL_NORM = "model.norm";

    /// Tokens that are read at once: a multiple of the step, and this many at most.
    private static final int STEP = 64;

    private static final int CHUNK = 512;

    /// Numbers of the widest layer's outputs for them.
    private static final int MOST_OUTPUTS = 8 << 20;

    private final ModelConfig config;
    private final Placement place;
    private final Tensor embedding; // (V,d)
    private final Tensor head; // (V,d); the embedding itself where tied
    private final @Nullable ByteGroups headBytes; // the head as its file holds it
    private final List<Block> blocks;
    private final Map<String, RmsNorm> norms;
    private final RmsNorm finalNorm;
    private final Sights.Maker sights;
    private final FrozenMatrices matrices;
    private final @Nullable Scalar embeddingScale;
    private final boolean large;
    private @Nullable Adapter attached;
    private @Nullable Tensor embeddingGradient;
    private @Nullable MatrixGradient headGradient;

    /// Takes over everything given.
    ///
    /// @param norms every norm, by its name in a Hugging Face folder; that behind the blocks is
    ///     `model.norm`
    /// @param large whether memory that is free goes back to the system at once
    LanguageModel(
            ModelConfig config,
            Placement place,
            Tensor embedding,
            Tensor head,
            @Nullable ByteGroups headBytes,
            List<Block> blocks,
            Map<String, RmsNorm> norms,
            Sights.Maker sights,
            FrozenMatrices matrices,
            boolean large) {
        this.config = config;
        this.place = place;
        this.embedding = embedding;
        this.head = head;
        this.headBytes = headBytes;
        this.blocks = blocks;
        this.norms = Collections.unmodifiableMap(new LinkedHashMap<>(norms));
        this.finalNorm = Objects.requireNonNull(norms.get(FINAL_NORM));
        this.sights = sights;
        this.matrices = matrices;
        this.large = large;
        double scale = config.family().embeddingScale(config.hidden());
        this.embeddingScale = scale == 1 ? null : Scopes.own(new Scalar(place.rounded(scale)));
    }

    /// Loads the weights, converted to the compute type.
    ///
    /// @param model a Hugging Face folder with safetensors, or a .gguf file
    /// @throws UserError where files are missing or damaged, or the family is not known
    public static LanguageModel load(Path model, Placement place) {
        return load(model, place, Quantization.NONE);
    }

    /// Loads the weights, matrix by matrix; those of the blocks' linear layers are held as asked.
    ///
    /// @param model a Hugging Face folder with safetensors, or a .gguf file
    /// @throws UserError where files are missing or damaged, or the family is not known
    public static LanguageModel load(Path model, Placement place, Quantization quantization) {
        try (ModelSource source = FileSource.open(model)) {
            return load(source, place, quantization);
        }
    }

    /// A model of the given shape whose weights mean nothing; for measurements.
    ///
    /// @param seed same seed, same weights
    public static LanguageModel random(
            ModelConfig config, Placement place, Quantization quantization, long seed) {
        return load(new RandomSource(config, seed), place, quantization);
    }

    private static LanguageModel load(
            ModelSource source, Placement place, Quantization quantization) {
        return new ModelBuilder(source, place, quantization).build();
    }

    public ModelConfig config() {
        return config;
    }

    public Placement place() {
        return place;
    }

    /// Every group of linear layers, block by block.
    List<Projections> projections() {
        return blocks.stream().flatMap(b -> b.projections().stream()).toList();
    }

    List<Block> blocks() {
        return blocks;
    }

    /// Every norm by its name in a Hugging Face folder, such as `model.norm`.
    Map<String, RmsNorm> norms() {
        return norms;
    }

    RmsNorm finalNorm() {
        return finalNorm;
    }

    Tensor embedding() {
        return embedding;
    }

    Quantization quantization() {
        return matrices.quantization();
    }

    /// Makes embedding and head learn: the way back adds their gradients, to the same sum where
    /// they are one.
    ///
    /// @param ofEmbedding `(V,d)` in f32; null to stop
    void learn(@Nullable Tensor ofEmbedding, @Nullable MatrixGradient ofHead) {
        embeddingGradient = ofEmbedding;
        headGradient = ofHead;
    }

    boolean learnsWeights() {
        return embeddingGradient != null;
    }

    @Nullable MatrixGradient headGradient() {
        return headGradient;
    }

    /// Adds the embedding's gradient where it learns.
    ///
    /// @param dx gradient of what [#embed] gave, `(T,d)`
    void embedBackward(int[] ids, Tensor dx) {
        Tensor sum = embeddingGradient;
        if (sum == null) {
            return;
        }
        Scopes.run(() -> {
            Tensor wide = dx.to(torch.ScalarType.Float);
            Tensor scaled = embeddingScale == null ? wide : wide.mul(embeddingScale);
            sum.index_add_(0, place.indices(ids), scaled);
        });
    }

    Tensor head() {
        return head;
    }

    /// @return `(T,d)` in the caller's scope
    Tensor embed(int[] ids) {
        for (int id : ids) {
            if (id < 0 || id >= config.vocabulary()) {
                throw new UserError(
                        "a token id is outside of the model's vocabulary",
                        "id " + id + " of " + config.vocabulary(),
                        "prepare the data set again with this base: understudy prepare --base"
                                + " NAME");
            }
        }
        return Scopes.keep(() -> {
            Tensor x = embedding.index_select(0, place.indices(ids));
            return embeddingScale == null ? x : x.mul_(embeddingScale);
        });
    }

    /// What the blocks need for a row of conversations; tensors in the caller's scope.
    Row row(int[] starts, int length, @Nullable DropoutMasks masks) {
        int[] positions = new int[length];
        int longest = 0;
        for (int s = 0; s < starts.length; s++) {
            int end = s + 1 < starts.length ? starts[s + 1] : length;
            for (int i = starts[s]; i < end; i++) {
                positions[i] = i - starts[s];
            }
            longest = Math.max(longest, end - starts[s]);
        }
        Sights seen = sights.ofRow(positions, SegmentAttention.padded(longest));
        return new Row(starts, length, seen, masks);
    }

    public KvCache newCache() {
        return new KvCache(config, place);
    }

    /// What decoding outside of libtorch reads.
    ///
    /// @throws IllegalStateException where the model is not in the CPU's memory
    public DecodeWeights decodeWeights() {
        if (!place.device().is_cpu()) {
            throw new IllegalStateException("the model is on a GPU");
        }
        return new DecodeWeights(
                RowBlock.of(embedding),
                (float) place.rounded(config.family().embeddingScale(config.hidden())),
                headBytes == null ? RowBlock.of(head) : headBytes.block(),
                finalNorm.numbers(),
                blocks.stream().map(Block::decodeWeights).toList(),
                place.type() == ComputeType.BF16,
                config.family().activation() == Activation.GELU_TANH,
                (float) (1 / Math.sqrt(config.queryScalar())));
    }

    /// How many tokens of a long text to give to [#next] at once: what lies between the layers
    /// should stay small beside the model.
    public int chunk() {
        int widest =
                BlockShape.groups(config).stream()
                        .mapToInt(BlockShape.Group::outputs)
                        .max()
                        .orElse(1);
        return Math.clamp(MOST_OUTPUTS / widest / STEP * (long) STEP, STEP, CHUNK);
    }

    /// Reads new tokens of a conversation and gives what the model expects next.
    ///
    /// @param ids at least one token
    /// @return logits after the last token, `(V)` in f32, in the caller's scope
    public Tensor next(int[] ids, KvCache cache) {
        Tensor logits =
                Scopes.keep(() -> logits(hidden(ids, cache, true)).view(config.vocabulary()));
        if (large && ids.length > 1) {
            FreedMemory.giveBack();
        }
        return logits;
    }

    /// Logits of every position of one conversation, `(T,V)` in f32, in the caller's scope; for
    /// tests and short texts, since the whole matrix exists.
    public Tensor logits(int[] ids) {
        return Scopes.keep(() -> {
            try (KvCache cache = newCache()) {
                return logits(hidden(ids, cache, false));
            }
        });
    }

    private Tensor logits(Tensor hidden) {
        Tensor normed = finalNorm.forward(hidden).y();
        return torch.mm(normed, head.t()).to(torch.ScalarType.Float);
    }

    /// @return the last block's output of the last chunk's last token `(1,d)`, or of all `(T,d)`
    private Tensor hidden(int[] ids, KvCache cache, boolean lastOnly) {
        cache.reserve(ids.length);
        int past = cache.length();
        Tensor x = embed(ids);
        int places = KvCache.rounded(past + ids.length);
        Sights seen = sights.ofStep(range(past, ids.length), past, places);
        for (int i = 0; i < blocks.size(); i++) {
            x = blocks.get(i).step(x, seen, cache.layer(i), past);
        }
        cache.advance(ids.length);
        return lastOnly ? x.narrow(0, ids.length - 1L, 1) : x;
    }

    private static int[] range(int from, int count) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = from + i;
        }
        return values;
    }

    /// Uses `adapter` from now on, which was made for this model; costs next to nothing.
    public void attach(Adapter adapter) {
        if (attached == adapter) {
            return;
        }
        List<Projections> groups = projections();
        for (int i = 0; i < groups.size(); i++) {
            groups.get(i).attach(adapter.groupParts().get(i));
        }
        attached = adapter;
    }

    /// Takes the adapter away; the caller still closes it.
    public void detachAdapter() {
        if (attached == null) {
            return;
        }
        projections().forEach(group -> group.attach(null));
        attached = null;
    }

    /// The adapter in use; null for none.
    public @Nullable Adapter attached() {
        return attached;
    }

    @Override
    public void close() {
        try (PointerScope scope = new PointerScope()) {
            blocks.forEach(Block::close);
            matrices.close();
            finalNorm.close();
            sights.close();
            if (embeddingScale != null) {
                embeddingScale.close();
            }
            if (headBytes != null) {
                headBytes.close();
            }
            if (!config.tied()) {
                head.close();
            }
            embedding.close();
        }
    }
}
