package understudy.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.RowBlock;
import understudy.tensor.Scopes;

/// The low-rank update that is learned: all its numbers in one flat f32 vector, with a copy in the
/// compute type for the multiplies, and a flat vector of gradients in training.
///
/// Order: block by block, group by group (q/k/v, o, gate/up, down); of a group first the A factors
/// `(r,I)` of its members, then their B factors `(O_j,r)`.
public final class Adapter implements Trainable {
    private final LoraConfig config;
    private final Placement place;
    private final List<Slot> slots;
    private final long size;
    private final Tensor parameters; // (size), f32
    private final @Nullable Tensor gradients; // (size), f32
    private final Tensor compute; // (size), compute type; B already scaled by alpha/r
    private final List<Pointer> handles = new ArrayList<>(); // of the group parts, to be closed
    private final List<Projections.@Nullable LoraPart> groupParts;

    /// Where one factor lies in the flat vector.
    ///
    /// @param name    PEFT's, such as
    ///     `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`
    /// @param rows    O_j or r
    /// @param columns r or I
    record Slot(String name, boolean factorA, long offset, int rows, int columns) {}

    private Adapter(LanguageModel model, LoraConfig config, boolean training) {
        this.config = config;
        this.place = model.place();
        this.slots = slots(model, config);
        Slot last = slots.getLast();
        this.size = last.offset + (long) last.rows * last.columns;
        this.parameters = Scopes.owned(() -> place.zerosF32(size));
        this.gradients = training ? Scopes.owned(() -> place.zerosF32(size)) : null;
        this.compute = Scopes.owned(() -> place.zeros(size));
        this.groupParts = parts(model);
    }

    /// A fresh adapter, attached to `model`: A uniform in ±1/sqrt(I) as PEFT starts it, B zero, so
    /// that the model's answers are unchanged.
    ///
    /// @param training whether gradients are needed
    public static Adapter create(
            LanguageModel model, LoraConfig config, long seed, boolean training) {
        Adapter adapter = new Adapter(model, config, training);
        Scopes.run(() -> {
            Generator generator = torch.make_generator_cpu(seed);
            for (Slot slot : adapter.slots) {
                if (slot.factorA) {
                    double bound = 1 / Math.sqrt(slot.columns);
                    Tensor values =
                            Placement.cpu(ComputeType.F32)
                                    .empty(slot.rows, slot.columns)
                                    .uniform_(-bound, bound, new GeneratorOptional(generator));
                    adapter.view(adapter.parameters, slot).copy_(values);
                }
            }
        });
        adapter.refresh();
        model.attach(adapter);
        return adapter;
    }

    private static List<Slot> slots(LanguageModel model, LoraConfig config) {
        List<Slot> slots = new ArrayList<>();
        long at = 0;
        for (Projections group : model.projections()) {
            List<Projections.Member> members = targeted(group, config);
            for (Projections.Member member : members) {
                slots.add(
                        new Slot(
                                name(group, member, "A"), true, at, config.rank(), group.inputs()));
                at += (long) config.rank() * group.inputs();
            }
            for (Projections.Member member : members) {
                slots.add(
                        new Slot(
                                name(group, member, "B"),
                                false,
                                at,
                                member.outputs(),
                                config.rank()));
                at += (long) config.rank() * member.outputs();
            }
        }
        return List.copyOf(slots);
    }

    private static List<Projections.Member> targeted(Projections group, LoraConfig config) {
        return group.members().stream().filter(m -> config.changes(m.lastName())).toList();
    }

    private static String name(Projections group, Projections.Member member, String factor) {
        return "base_model.model.%s.%s.lora_%s.weight"
                .formatted(group.path(), member.name(), factor);
    }

    private Tensor view(Tensor flat, Slot slot) {
        return flat.narrow(0, slot.offset, (long) slot.rows * slot.columns)
                .view(slot.rows, slot.columns);
    }

    /// Its parts for the groups of a model, in order; null for a group that it does not change.
    private List<Projections.@Nullable LoraPart> parts(LanguageModel model) {
        Map<String, Slot> byName = new LinkedHashMap<>();
        slots.forEach(slot -> byName.put(slot.name, slot));
        List<Projections.@Nullable LoraPart> all = new ArrayList<>();
        for (Projections group : model.projections()) {
            all.add(part(group, targeted(group, config), byName));
        }
        return all;
    }

    private Projections.@Nullable LoraPart part(
            Projections group, List<Projections.Member> members, Map<String, Slot> byName) {
        if (members.isEmpty()) {
            return null;
        }
        Slot first = at(byName, name(group, members.getFirst(), "A"));
        int rows = config.rank() * members.size();
        Slot stack = new Slot(first.name, true, first.offset, rows, group.inputs());
        List<Projections.LoraPart.Factor> factors = new ArrayList<>();
        for (Projections.Member member : members) {
            Slot b = at(byName, name(group, member, "B"));
            factors.add(
                    new Projections.LoraPart.Factor(
                            factors.size(),
                            member.offset(),
                            member.outputs(),
                            owned(compute, b),
                            gradients == null ? null : owned(gradients, b)));
        }
        return new Projections.LoraPart(
                owned(compute, stack),
                gradients == null ? null : owned(gradients, stack),
                config.rank(),
                owned(new Scalar(config.scale())),
                List.copyOf(factors));
    }

    /// What the model's groups are to use; see [LanguageModel#attach].
    List<Projections.@Nullable LoraPart> groupParts() {
        return groupParts;
    }

    /// What it adds, for decoding outside of libtorch, group by group; null for a group that
    /// it does not change. Of no use once this is closed.
    public List<DecodeWeights.@Nullable LowRank> lowRanks() {
        List<DecodeWeights.@Nullable LowRank> all = new ArrayList<>();
        for (Projections.LoraPart part : groupParts) {
            all.add(
                    part == null
                            ? null
                            : new DecodeWeights.LowRank(
                                    RowBlock.of(part.a()),
                                    part.rank(),
                                    part.factors().stream()
                                            .map(f ->
                                                    new DecodeWeights.Factor(
                                                            f.index(),
                                                            f.offset(),
                                                            RowBlock.ofNarrow(f.scaledB())))
                                            .toList()));
        }
        return all;
    }

    private static Slot at(Map<String, Slot> byName, String name) {
        Slot slot = byName.get(name);
        if (slot == null) {
            throw new IllegalStateException("no slot for " + name);
        }
        return slot;
    }

    private Tensor owned(Tensor flat, Slot slot) {
        Tensor view = Scopes.owned(() -> view(flat, slot));
        handles.add(view);
        return view;
    }

    private Scalar owned(Scalar scalar) {
        handles.add(Scopes.own(scalar));
        return scalar;
    }

    @Override
    public void refresh() {
        Scopes.run(() -> {
            compute.copy_(parameters);
            Scalar scale = new Scalar(config.scale());
            for (Slot slot : slots) {
                if (!slot.factorA) {
                    Tensor scaled = view(parameters, slot).mul(scale);
                    view(compute, slot).copy_(scaled);
                }
            }
        });
    }

    public LoraConfig config() {
        return config;
    }

    /// Last parts of the names of the layers that it changes, as the model itself names them: of
    /// fused ones, their own.
    List<String> targetModules() {
        return slots.stream()
                .map(slot -> slot.name.substring(0, slot.name.indexOf(".lora_")))
                .map(layer -> layer.substring(layer.lastIndexOf('.') + 1))
                .distinct()
                .toList();
    }

    @Override
    public long size() {
        return size;
    }

    /// Of all factors: each is a matrix.
    @Override
    public long decayed() {
        return size;
    }

    @Override
    public Tensor parameters() {
        return parameters;
    }

    @Override
    public Tensor gradients() {
        if (gradients == null) {
            throw new IllegalStateException("the adapter was made without gradients");
        }
        return gradients;
    }

    /// Every factor by PEFT's name, as views in the caller's scope: A `(r,I)`, B `(O,r)`.
    public Map<String, Tensor> named(Tensor flat) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        slots.forEach(slot -> named.put(slot.name, view(flat, slot)));
        return named;
    }

    @Override
    public void close() {
        handles.forEach(Pointer::close);
        compute.close();
        parameters.close();
        if (gradients != null) {
            gradients.close();
        }
    }

    /// An adapter of the given shape with numbers still to be filled in and refreshed.
    static Adapter empty(LanguageModel model, LoraConfig config, boolean training) {
        Adapter adapter = new Adapter(model, config, training);
        model.attach(adapter);
        return adapter;
    }
}
