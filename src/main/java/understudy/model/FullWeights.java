package understudy.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import understudy.base.UserError;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.tensor.Scopes;

/// Every weight of a model, learned: one flat vector in f32 and one of gradients.
///
/// Where the model computes in f32, its own tensors become views of the flat vector, so that its
/// weights exist once; in bf16 they stay, as the rounded copy that multiplies use. What is learned
/// begins with the weights as the model holds them.
///
/// Order: the embedding, the head where it is not the embedding, and the matrices of each block,
/// which weight decay draws towards 0; then biases and norms, which it leaves alone.
public final class FullWeights implements Trainable {
    private final LanguageModel model;
    private final List<Span> spans = new ArrayList<>();
    private final List<Named> names = new ArrayList<>();
    private final List<Pointer> handles = new ArrayList<>(); // views of the gradients
    private final Tensor parameters; // (size), f32
    private final Tensor gradients; // (size), f32
    private final boolean shared;
    private long size;
    private final long decayed;

    /// Where one tensor of the model lies in the flat vectors.
    private record Span(Tensor weight, long offset) {
        Tensor in(Tensor flat) {
            return flat.narrow(0, offset, weight.numel()).view_as(weight);
        }
    }

    /// Where one weight lies that a Hugging Face folder has by itself.
    private record Named(String name, long offset, long... shape) {
        Tensor in(Tensor flat) {
            long count = 1;
            for (long length : shape) {
                count *= length;
            }
            return flat.narrow(0, offset, count).view(shape);
        }
    }

    private FullWeights(LanguageModel model) {
        this.model = model;
        this.shared = model.place().type() == ComputeType.F32;
        add("model.embed_tokens.weight", model.embedding());
        if (!model.config().tied()) {
            add("lm_head.weight", model.head());
        }
        model.projections().forEach(this::addMatrix);
        this.decayed = size;
        model.projections().forEach(this::addBias);
        model.norms().forEach((name, norm) -> add(name + ".weight", norm.weight()));
        Placement place = model.place();
        this.parameters = Scopes.owned(() -> place.zerosF32(size));
        this.gradients = Scopes.owned(() -> place.zerosF32(size));
        for (Span span : spans) {
            Scopes.run(() -> {
                Tensor mine = span.in(parameters);
                mine.copy_(span.weight);
                if (shared) {
                    span.weight.set_(mine);
                }
            });
        }
    }

    /// Makes every weight of `model` learn, until this is closed; the model then keeps what it
    /// learned.
    ///
    /// @throws UserError where its matrices are held in another form than it computes in
    public static FullWeights of(LanguageModel model) {
        if (model.quantization() != Quantization.NONE) {
            throw notQuantized();
        }
        FullWeights weights = new FullWeights(model);
        weights.connect();
        return weights;
    }

    /// For whoever wants all weights of a quantised model to learn.
    public static UserError notQuantized() {
        return new UserError(
                "all weights can learn only where none of them is quantised",
                "train.quantization",
                "use --quantization none, or --method lora");
    }

    private void add(String name, Tensor weight) {
        long[] shape = new long[Math.toIntExact(weight.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = weight.size(i);
        }
        names.add(new Named(name, size, shape));
        span(weight);
    }

    private void span(Tensor weight) {
        spans.add(new Span(weight, size));
        size += weight.numel();
    }

    private void addMatrix(Projections group) {
        int inputs = group.inputs();
        for (Projections.Member member : group.members()) {
            long offset = size + (long) member.offset() * inputs;
            names.add(new Named(name(group, member, "weight"), offset, member.outputs(), inputs));
        }
        span(group.weight().dense());
    }

    private void addBias(Projections group) {
        Tensor bias = group.bias();
        if (bias == null) {
            return;
        }
        for (Projections.Member member : group.members()) {
            names.add(
                    new Named(
                            name(group, member, "bias"), size + member.offset(), member.outputs()));
        }
        span(bias);
    }

    private static String name(Projections group, Projections.Member member, String kind) {
        return "model.layers." + group.layer() + "." + member.name() + "." + kind;
    }

    /// Gives every part of the model its place in the gradients.
    private void connect() {
        Map<Pointer, Tensor> views = new LinkedHashMap<>();
        for (Span span : spans) {
            Tensor view = Scopes.owned(() -> span.in(gradients));
            handles.add(view);
            views.put(span.weight, view);
        }
        Tensor embedding = at(views, model.embedding());
        model.learn(
                embedding,
                new MatrixGradient(model.config().tied() ? embedding : at(views, model.head())));
        for (Projections group : model.projections()) {
            Tensor bias = group.bias();
            group.learn(
                    new MatrixGradient(at(views, group.weight().dense())),
                    bias == null ? null : at(views, bias));
        }
        model.norms().values().forEach(norm -> norm.learn(at(views, norm.weight())));
    }

    private static Tensor at(Map<Pointer, Tensor> views, Tensor weight) {
        Tensor view = views.get(weight);
        if (view == null) {
            throw new IllegalStateException("a weight without a gradient");
        }
        return view;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long decayed() {
        return decayed;
    }

    @Override
    public Tensor parameters() {
        return parameters;
    }

    @Override
    public Tensor gradients() {
        return gradients;
    }

    @Override
    public void refresh() {
        if (!shared) {
            spans.forEach(span -> Scopes.run(() -> span.weight.copy_(span.in(parameters))));
        }
    }

    LanguageModel model() {
        return model;
    }

    /// Every weight by its name in a Hugging Face folder, as views in the caller's scope. Norms
    /// are the numbers that are multiplied by, see [Family#normOffset].
    public Map<String, Tensor> named(Tensor flat) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        names.forEach(each -> named.put(each.name, each.in(flat)));
        return named;
    }

    @Override
    public void close() {
        model.learn(null, null);
        model.projections().forEach(group -> group.learn(null, null));
        model.norms().values().forEach(norm -> norm.learn(null));
        try (PointerScope scope = new PointerScope()) {
            handles.forEach(Pointer::close);
            gradients.close();
            parameters.close();
        }
    }
}
