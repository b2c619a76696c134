package understudy.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.ByteGroups;
import understudy.tensor.FreedMemory;
import understudy.tensor.FrozenMatrices;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.tensor.RowSource;
import understudy.tensor.Scopes;

/// Builds a model from its weights, tensor by tensor; those of the blocks' linear layers are held
/// as asked.
final class ModelBuilder {
    /// Parameters from which on a model's work takes so long that it need not hold memory for
    /// later.
    private static final long LARGE = 2L << 30;

    private final ModelSource source;
    private final ModelConfig config;
    private final Placement place;
    private final FrozenMatrices matrices;
    private final Sights.Maker sights;
    private final Map<String, RmsNorm> norms = new LinkedHashMap<>();

    ModelBuilder(ModelSource source, Placement place, Quantization quantization) {
        this.source = source;
        this.config = source.config();
        this.place = place;
        this.matrices = new FrozenMatrices(place, quantization);
        this.sights = new Sights.Maker(config, place);
    }

    LanguageModel build() {
        boolean large = config.parameters() >= LARGE;
        if (large) {
            FreedMemory.keepNothingLarge();
        }
        Tensor embedding = copy("model.embed_tokens.weight", config.vocabulary(), config.hidden());
        Tensor head =
                config.tied()
                        ? embedding
                        : copy("lm_head.weight", config.vocabulary(), config.hidden());
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(block(i));
            source.release(); // a mapped file of 14 GB would fill the memory with what was copied
            FreedMemory.giveBack();
        }
        norm(LanguageModel.FINAL_NORM, config.hidden());
        return new LanguageModel(
                config,
                place,
                embedding,
                head,
                headBytes(),
                blocks,
                norms,
                sights,
                matrices,
                large);
    }

    private @Nullable ByteGroups headBytes() {
        return place.device().is_cpu()
                ? source.bytes(
                        config.tied() ? "model.embed_tokens.weight" : "lm_head.weight",
                        config.vocabulary(),
                        config.hidden())
                : null;
    }

    private Tensor copy(String name, long... shape) {
        return Scopes.owned(() -> {
            Tensor weight = place.empty(shape);
            RowSource.copy(source.rows(name, shape), weight);
            return weight;
        });
    }

    private RmsNorm norm(String name, int size) {
        RmsNorm norm = new RmsNorm(copy(name + ".weight", size), config.normEpsilon(), place);
        norms.put(name, norm);
        return norm;
    }

    private Block block(int layer) {
        String prefix = "model.layers." + layer + ".";
        Family.BlockNorms names = config.family().norms();
        boolean local = config.local().has(layer);
        List<Projections> projections = new ArrayList<>();
        for (BlockShape.Group group : BlockShape.groups(config)) {
            projections.add(projections(layer, projections.size(), prefix, group));
        }
        Block.Parts parts =
                new Block.Parts(
                        norm(prefix + names.beforeAttention(), config.hidden()),
                        config.family().normsHeads() ? headNorms(prefix) : null,
                        residual(prefix, names.behindAttention()),
                        norm(prefix + names.beforeMlp(), config.hidden()),
                        residual(prefix, names.behindMlp()),
                        List.copyOf(projections),
                        local,
                        sights.rope(local));
        return new Block(config, parts, place);
    }

    private HeadNorms headNorms(String prefix) {
        return new HeadNorms(
                config,
                norm(prefix + "self_attn.q_norm", config.headSize()),
                norm(prefix + "self_attn.k_norm", config.headSize()),
                place);
    }

    private Residual residual(String prefix, @Nullable String norm) {
        return new Residual(norm == null ? null : norm(prefix + norm, config.hidden()));
    }

    private Projections projections(int layer, int site, String prefix, BlockShape.Group group) {
        List<Projections.Member> members = new ArrayList<>();
        List<FrozenMatrices.Part> parts = new ArrayList<>();
        int offset = 0;
        for (BlockShape.Linear linear : group.members()) {
            int rows = linear.outputs();
            String name = prefix + linear.name() + ".weight";
            members.add(new Projections.Member(linear.name(), rows, offset));
            parts.add(
                    new FrozenMatrices.Part(
                            rows,
                            source.rows(name, rows, group.inputs()),
                            source.groups(name, rows, group.inputs())));
            offset += rows;
        }
        return new Projections(
                layer,
                config.layerName(layer),
                site,
                members,
                group.inputs(),
                matrices.of(parts, group.inputs()),
                group.biased() ? bias(prefix, members, group.outputs()) : null,
                place);
    }

    private Tensor bias(String prefix, List<Projections.Member> members, int outputs) {
        return Scopes.owned(() -> {
            Tensor bias = place.empty(outputs);
            for (Projections.Member member : members) {
                bias.narrow(0, member.offset(), member.outputs())
                        .copy_(source.weight(prefix + member.name() + ".bias", member.outputs()));
            }
            return bias;
        });
    }
}
