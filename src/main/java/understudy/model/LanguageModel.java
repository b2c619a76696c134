package understudy.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.tensor.FrozenMatrices;
import understudy.tensor.FrozenMatrix;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.tensor.Scopes;

/// A decoder-only language model with frozen weights and at most one [Adapter].
///
/// Not for use by several threads at once.
public final class LanguageModel implements AutoCloseable {
    private final ModelConfig config;
    private final Placement place;
    private final Tensor embedding; // (V,d)
    private final Tensor head; // (V,d); the embedding itself where tied
    private final List<Block> blocks;
    private final RmsNorm finalNorm;
    private final Rope rope;
    private final FrozenMatrices matrices;
    private @Nullable Tensor causal; // (L,L)
    private @Nullable Adapter attached;

    private LanguageModel(
            ModelConfig config,
            Placement place,
            Tensor embedding,
            Tensor head,
            List<Block> blocks,
            RmsNorm finalNorm,
            Rope rope,
            FrozenMatrices matrices) {
        this.config = config;
        this.place = place;
        this.embedding = embedding;
        this.head = head;
        this.blocks = blocks;
        this.finalNorm = finalNorm;
        this.rope = rope;
        this.matrices = matrices;
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
        ModelConfig config = source.config();
        FrozenMatrices matrices = new FrozenMatrices(place, quantization);
        Rope rope = new Rope(config, place);
        Tensor embedding =
                copy(source, place, "model.embed_tokens", config.vocabulary(), config.hidden());
        Tensor head =
                config.tied()
                        ? embedding
                        : copy(source, place, "lm_head", config.vocabulary(), config.hidden());
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(block(source, place, matrices, rope, i));
        }
        RmsNorm norm = norm(source, place, "model.norm");
        return new LanguageModel(config, place, embedding, head, blocks, norm, rope, matrices);
    }

    private static Tensor copy(ModelSource source, Placement place, String name, int... shape) {
        return Scopes.owned(() -> {
            long[] sizes = java.util.Arrays.stream(shape).asLongStream().toArray();
            Tensor weight = place.empty(sizes);
            return weight.copy_(source.weight(name + ".weight", sizes));
        });
    }

    private static RmsNorm norm(ModelSource source, Placement place, String name) {
        ModelConfig config = source.config();
        return new RmsNorm(copy(source, place, name, config.hidden()), config.normEpsilon(), place);
    }

    private static Block block(
            ModelSource source, Placement place, FrozenMatrices matrices, Rope rope, int i) {
        ModelConfig c = source.config();
        int query = c.heads() * c.headSize();
        int keyValue = c.kvHeads() * c.headSize();
        List<Projections> groups =
                List.of(
                        group(
                                source,
                                place,
                                matrices,
                                new int[] {i, 0, c.hidden()},
                                List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                                query,
                                keyValue,
                                keyValue),
                        group(
                                source,
                                place,
                                matrices,
                                new int[] {i, 1, query},
                                List.of("self_attn.o_proj"),
                                c.hidden()),
                        group(
                                source,
                                place,
                                matrices,
                                new int[] {i, 2, c.hidden()},
                                List.of("mlp.gate_proj", "mlp.up_proj"),
                                c.intermediate(),
                                c.intermediate()),
                        group(
                                source,
                                place,
                                matrices,
                                new int[] {i, 3, c.intermediate()},
                                List.of("mlp.down_proj"),
                                c.hidden()));
        String prefix = "model.layers." + i;
        return new Block(
                c,
                norm(source, place, prefix + ".input_layernorm"),
                norm(source, place, prefix + ".post_attention_layernorm"),
                groups,
                rope,
                place);
    }

    /// @param at layer, site, inputs
    private static Projections group(
            ModelSource source,
            Placement place,
            FrozenMatrices matrices,
            int[] at,
            List<String> names,
            int... outputs) {
        List<Projections.Member> members = new ArrayList<>();
        int offset = 0;
        for (int j = 0; j < outputs.length; j++) {
            members.add(new Projections.Member(names.get(j), outputs[j], offset));
            offset += outputs[j];
        }
        int inputs = at[2];
        List<FrozenMatrices.Part> parts = new ArrayList<>();
        for (Projections.Member member : members) {
            String name = "model.layers.%d.%s.weight".formatted(at[0], member.name());
            parts.add(
                    new FrozenMatrices.Part(
                            member.outputs(), () -> source.weight(name, member.outputs(), inputs)));
        }
        FrozenMatrix weight = matrices.of(parts, inputs);
        return new Projections(at[0], at[1], members, inputs, weight, place);
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

    RmsNorm finalNorm() {
        return finalNorm;
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
        return Scopes.keep(() -> embedding.index_select(0, place.indices(ids)));
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
        Tensor mask = causal(SegmentAttention.padded(longest));
        return new Row(starts, length, rope.at(positions), mask, masks);
    }

    private Tensor causal(int longest) {
        Tensor mask = causal;
        if (mask == null || mask.size(0) < longest) {
            if (mask != null) {
                mask.close();
            }
            mask = Scopes.owned(() -> causalMask(0, longest, longest));
            causal = mask;
        }
        return mask;
    }

    /// `(c,n)`: 0 where new token i sees token j, minus infinity elsewhere.
    ///
    /// @param past tokens before the first new one
    /// @param n    at least past + c; what lies behind is not seen
    private Tensor causalMask(int past, int c, int n) {
        Scalar never = new Scalar(Double.NEGATIVE_INFINITY);
        Tensor mask = place.empty(c, n).fill_(never).triu_(past + 1L);
        if (config.window() > 0 && past + c > config.window()) {
            Tensor outside = place.empty(c, n).fill_(never);
            mask.add_(outside.tril_((long) past - config.window()));
        }
        return mask;
    }

    public KvCache newCache() {
        return new KvCache(config, place);
    }

    /// Reads new tokens of a conversation and gives what the model expects next.
    ///
    /// @param ids at least one token
    /// @return logits after the last token, `(V)` in f32, in the caller's scope
    public Tensor next(int[] ids, KvCache cache) {
        return Scopes.keep(() -> logits(hidden(ids, cache, true)).view(config.vocabulary()));
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
        Rope.Angles angles = rope.at(range(past, ids.length));
        Tensor mask = causalMask(past, ids.length, KvCache.rounded(past + ids.length));
        for (int i = 0; i < blocks.size(); i++) {
            x = blocks.get(i).step(x, angles, cache.layer(i), past, mask);
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
            rope.close();
            if (causal != null) {
                causal.close();
            }
            if (!config.tied()) {
                head.close();
            }
            embedding.close();
        }
    }
}
