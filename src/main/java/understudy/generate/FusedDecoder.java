package understudy.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.DecodeWeights;
import understudy.model.KvCache;
import understudy.model.LanguageModel;
import understudy.model.ModelConfig;
import understudy.tensor.Activations;
import understudy.tensor.CachedAttention;
import understudy.tensor.RowBlock;
import understudy.tensor.RowOps;
import understudy.tensor.Workers;

/// Reads one new token of one text or of several, on the CPU: libtorch would need a call for every
/// small operation, some 1,200 a token, and would unpack a packed base each time.
///
/// Reads the model's own matrices and caches, whatever they are held in; activations are f32. What
/// it gives for a text does not depend on the others that are stepped with it. Not for use by
/// several threads at once.
final class FusedDecoder {
    private final ModelConfig config;
    private final DecodeWeights weights;
    private final List<List<List<RowBlock>>> blocks = new ArrayList<>(); // layer, group, part
    private final IdentityHashMap<Adapter, List<DecodeWeights.@Nullable LowRank>> adapters =
            new IdentityHashMap<>();
    private Memory memory;

    /// The decoder for `model`; null where libtorch reads single tokens too: on a GPU, or where the
    /// system property `understudy.decoder` is `torch`.
    static @Nullable FusedDecoder of(LanguageModel model) {
        boolean torch = System.getProperty("understudy.decoder", "java").equals("torch");
        return torch || !model.place().device().is_cpu() ? null : new FusedDecoder(model);
    }

    FusedDecoder(LanguageModel model) {
        this.config = model.config();
        this.weights = model.decodeWeights();
        for (DecodeWeights.Layer layer : weights.layers()) {
            blocks.add(layer.groups().stream().map(g -> g.weight().blocks()).toList());
        }
        this.memory = new Memory(1);
    }

    /// A text and the token that it goes on with.
    record Step(int id, KvCache cache, @Nullable Adapter adapter) {}

    /// What a step works in, for up to `most` texts.
    private final class Memory {
        private final int most;
        private final float[][] x;
        private final float[][] wide; // what a group of layers gives
        private final float[][] low;
        private final float[] work;
        private final float[] gate;
        private final Activations hidden;
        private final Activations mixed;
        private final Activations gated;
        private final Map<Integer, Activations> lowRanks = new HashMap<>();
        private final FusedWork matrices;
        private final List<CachedAttention> attention = new ArrayList<>(); // one a stretch
        private final List<Stretch> stretches = new ArrayList<>();

        Memory(int most) {
            this.most = most;
            int heads = (config.heads() + 2 * config.kvHeads()) * config.headSize();
            int widest = Math.max(Math.max(heads, 2 * config.intermediate()), config.hidden());
            this.x = new float[most][config.hidden()];
            this.wide = new float[most][widest];
            this.low = new float[most][0];
            this.work = new float[widest];
            this.gate = new float[config.intermediate()];
            this.hidden = new Activations(most, config.hidden());
            this.mixed = new Activations(most, config.heads() * config.headSize());
            this.gated = new Activations(most, config.intermediate());
            this.matrices = new FusedWork(most);
        }

        Activations lowRank(int index, int rank) {
            return lowRanks.computeIfAbsent(index << 16 | rank, key -> new Activations(most, rank));
        }
    }

    /// Texts with the same adapter, which stand together.
    private record Share(List<DecodeWeights.@Nullable LowRank> lowRanks, int first, int count) {}

    /// Reads each token and gives what the model expects next.
    ///
    /// @return logits by step, `(V)` each
    List<float[]> next(List<Step> steps) {
        for (Step step : steps) {
            if (step.id < 0 || step.id >= config.vocabulary()) {
                throw new UserError(
                        "a token id is outside of the model's vocabulary",
                        "id " + step.id + " of " + config.vocabulary(),
                        "prepare the data set again with this base: understudy prepare --base"
                                + " NAME");
            }
        }
        List<Integer> order = order(steps);
        List<Step> sorted = order.stream().map(steps::get).toList();
        List<float[]> logits = run(sorted);
        float[][] back = new float[steps.size()][];
        for (int i = 0; i < back.length; i++) {
            back[order.get(i)] = logits.get(i);
        }
        return Arrays.asList(back);
    }

    /// Those with an equal adapter one behind the other.
    private static List<Integer> order(List<Step> steps) {
        IdentityHashMap<Adapter, List<Integer>> byAdapter = new IdentityHashMap<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Adapter adapter = steps.get(i).adapter;
            if (adapter == null) {
                order.add(i);
            } else {
                byAdapter.computeIfAbsent(adapter, key -> new ArrayList<>()).add(i);
            }
        }
        byAdapter.values().forEach(order::addAll);
        return order;
    }

    private List<Share> shares(List<Step> steps) {
        List<Share> shares = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= steps.size(); i++) {
            Adapter adapter = steps.get(from).adapter;
            if (i == steps.size() || steps.get(i).adapter != adapter) {
                if (adapter != null) {
                    List<DecodeWeights.@Nullable LowRank> parts =
                            adapters.computeIfAbsent(adapter, Adapter::lowRanks);
                    shares.add(new Share(parts, from, i - from));
                }
                from = i;
            }
        }
        return shares;
    }

    /// Forgets an adapter that is about to change or to go.
    void forget(@Nullable Adapter adapter) {
        if (adapter != null) {
            adapters.remove(adapter);
        }
    }

    private List<float[]> run(List<Step> steps) {
        int n = steps.size();
        if (memory.most < n) {
            memory = new Memory(Math.max(n, 2 * memory.most));
        }
        Memory m = memory;
        List<Share> shares = shares(steps);
        for (int i = 0; i < n; i++) {
            Step step = steps.get(i);
            step.cache.reserve(1);
            weights.embedding().read(step.id, m.x[i], 0);
            for (int c = 0; weights.embeddingScale() != 1 && c < m.x[i].length; c++) {
                m.x[i][c] *= weights.embeddingScale();
            }
        }
        Angles angles = new Angles(steps);
        for (int layer = 0; layer < config.layers(); layer++) {
            layer(layer, steps, shares, angles);
        }
        steps.forEach(step -> step.cache.advance(1));
        return logits(n);
    }

    private List<float[]> logits(int n) {
        Memory m = memory;
        norm(n, weights.finalNorm());
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            logits.add(new float[config.vocabulary()]);
        }
        m.matrices.add(
                weights.head(),
                m.hidden,
                0,
                n,
                (row, count, which, sums, at) ->
                        System.arraycopy(sums, at, logits.get(which), row, count));
        m.matrices.run();
        return logits;
    }

    /// Norms all x into [Memory#hidden].
    private void norm(int n, float[] weight) {
        Memory m = memory;
        int size = config.hidden();
        for (int i = 0; i < n; i++) {
            RowOps.norm(m.x[i], 0, weight, config.normEpsilon(), m.work, 0);
            System.arraycopy(m.work, 0, m.hidden.values(), i * size, size);
        }
        m.hidden.filled(n);
    }

    private void layer(int index, List<Step> steps, List<Share> shares, Angles angles) {
        Memory m = memory;
        int n = steps.size();
        DecodeWeights.Layer layer = weights.layers().get(index);
        norm(n, layer.attentionNorm());
        multiply(index, 0, n, m.hidden, shares);
        attend(index, layer, steps, angles);
        m.mixed.filled(n);
        multiply(index, 1, n, m.mixed, shares);
        join(n, layer.attentionEnd());
        norm(n, layer.mlpNorm());
        multiply(index, 2, n, m.hidden, shares);
        int size = config.intermediate();
        for (int i = 0; i < n; i++) {
            RowOps.gate(m.wide[i], weights.gelu(), m.work, m.gate, size);
            System.arraycopy(m.gate, 0, m.gated.values(), i * size, size);
        }
        m.gated.filled(n);
        multiply(index, 3, n, m.gated, shares);
        join(n, layer.mlpEnd());
    }

    /// `x += branch`, or `x += norm(branch)`.
    private void join(int n, float @Nullable [] norm) {
        Memory m = memory;
        for (int i = 0; i < n; i++) {
            if (norm == null) {
                RowOps.add(m.x[i], m.wide[i], config.hidden());
            } else {
                RowOps.norm(m.wide[i], 0, norm, config.normEpsilon(), m.work, 0);
                RowOps.add(m.x[i], m.work, config.hidden());
            }
        }
    }

    /// Multiplies with a group of a layer, adapters included; into [Memory#wide].
    private void multiply(int layer, int group, int n, Activations x, List<Share> shares) {
        Memory m = memory;
        float[][] out = m.wide;
        int offset = 0;
        for (RowBlock block : blocks.get(layer).get(group)) {
            int to = offset;
            m.matrices.add(
                    block,
                    x,
                    0,
                    n,
                    (row, count, which, sums, at) ->
                            System.arraycopy(sums, at, out[which], to + row, count));
            offset += block.rows();
        }
        int place = layer * 4 + group;
        for (Share share : shares) {
            DecodeWeights.LowRank low = share.lowRanks.get(place);
            if (low != null) {
                addLow(low, share, x);
            }
        }
        m.matrices.run();
        float[] bias = weights.layers().get(layer).groups().get(group).bias();
        for (int i = 0; bias != null && i < n; i++) {
            RowOps.add(out[i], bias, bias.length);
        }
        boolean any = false;
        for (Share share : shares) {
            DecodeWeights.LowRank low = share.lowRanks.get(place);
            if (low != null) {
                addBack(low, share);
                any = true;
            }
        }
        if (any) {
            m.matrices.run();
        }
    }

    private void addLow(DecodeWeights.LowRank low, Share share, Activations x) {
        Memory m = memory;
        int width = low.a().rows();
        for (int i = share.first; i < share.first + share.count; i++) {
            m.low[i] = m.low[i].length < width ? new float[width] : m.low[i];
        }
        m.matrices.add(
                low.a(),
                x,
                share.first,
                share.count,
                (row, count, which, sums, at) ->
                        System.arraycopy(sums, at, m.low[which], row, count));
    }

    private void addBack(DecodeWeights.LowRank low, Share share) {
        Memory m = memory;
        int rank = low.rank();
        for (DecodeWeights.Factor factor : low.factors()) {
            Activations part = m.lowRank(factor.index(), rank);
            for (int i = share.first; i < share.first + share.count; i++) {
                System.arraycopy(m.low[i], factor.index() * rank, part.values(), i * rank, rank);
            }
            part.filled(share.first + share.count);
            m.matrices.add(
                    factor.scaledB(),
                    part,
                    share.first,
                    share.count,
                    (row, count, which, sums, at) -> {
                        float[] to = m.wide[which];
                        for (int i = 0; i < count; i++) {
                            to[factor.offset() + row + i] += sums[at + i];
                        }
                    });
        }
    }

    /// Cosines and sines of each text's position, of global layers and of those with a window.
    private final class Angles {
        private final float[][][] cosines = new float[2][][];
        private final float[][][] sines = new float[2][][];

        Angles(List<Step> steps) {
            for (DecodeWeights.Layer layer : weights.layers()) {
                int kind = kind(layer);
                if (cosines[kind] == null) {
                    cosines[kind] = new float[steps.size()][];
                    sines[kind] = new float[steps.size()][];
                    for (int i = 0; i < steps.size(); i++) {
                        fill(kind, i, steps.get(i).cache.length(), layer.speeds());
                    }
                }
            }
        }

        private int kind(DecodeWeights.Layer layer) {
            return layer.window() > 0 ? 1 : 0;
        }

        private void fill(int kind, int text, int position, double[] speeds) {
            float[] cos = new float[speeds.length];
            float[] sin = new float[speeds.length];
            for (int i = 0; i < speeds.length; i++) {
                double angle = position * (float) speeds[i]; // a float, as transformers has it
                cos[i] = (float) Math.cos(angle);
                sin[i] = (float) Math.sin(angle);
            }
            cosines[kind][text] = cos;
            sines[kind][text] = sin;
        }

        void turn(DecodeWeights.Layer layer, int text, float[] x, int at) {
            RowOps.turn(x, at, cosines[kind(layer)][text], sines[kind(layer)][text]);
        }
    }

    private void attend(int index, DecodeWeights.Layer layer, List<Step> steps, Angles angles) {
        List<Stretch> stretches = memory.stretches;
        stretches.clear();
        for (int text = 0; text < steps.size(); text++) {
            turnAndStore(index, layer, text, steps.get(text).cache, angles);
            int end = steps.get(text).cache.length() + 1;
            int begin = layer.window() > 0 ? Math.max(0, end - layer.window()) : 0;
            for (int head = 0; head < config.kvHeads(); head++) {
                for (int from = begin; from < end; ) {
                    int to = (from / CachedAttention.STRETCH + 1) * CachedAttention.STRETCH;
                    stretches.add(new Stretch(text, head, from, Math.min(to, end)));
                    from = to;
                }
            }
        }
        List<CachedAttention> attention = memory.attention;
        while (attention.size() < stretches.size()) {
            attention.add(new CachedAttention(config.group(), config.headSize(), weights.half()));
        }
        Workers.run(
                stretches.size(),
                i -> {
                    Stretch part = stretches.get(i);
                    attend(index, part, steps.get(part.text).cache, attention.get(i));
                });
        int size = config.group() * config.headSize();
        for (int i = 0; i < stretches.size(); ) {
            Stretch part = stretches.get(i);
            int from = i;
            while (i < stretches.size() && stretches.get(i).belongsTo(part)) {
                i++;
            }
            int to = part.text * memory.mixed.columns() + part.head * size;
            CachedAttention.join(attention.subList(from, i), memory.mixed.values(), to);
        }
    }

    /// Some tokens of a text, for a key/value head.
    ///
    /// @param to behind the last
    private record Stretch(int text, int head, int from, int to) {
        boolean belongsTo(Stretch other) {
            return text == other.text && head == other.head;
        }
    }

    /// Makes queries, keys and values of a text's new token, and stores the latter two.
    private void turnAndStore(
            int index, DecodeWeights.Layer layer, int text, KvCache cache, Angles angles) {
        float[] heads = memory.wide[text];
        int d = config.headSize();
        int key = config.heads() * d;
        for (int at = 0; at < key; at += d) {
            position(layer, layer.queryNorm(), text, heads, at, angles);
            for (int c = at; c < at + d; c++) {
                heads[c] *= weights.queryScale();
            }
        }
        int bytes = weights.half() ? 2 : 4;
        for (int head = 0; head < config.kvHeads(); head++) {
            int at = key + head * d;
            position(layer, layer.keyNorm(), text, heads, at, angles);
            long to = ((long) head * cache.capacity() + cache.length()) * d * bytes;
            RowOps.store(heads, at, d, cache.keys(index) + to, weights.half());
            int value = at + config.kvHeads() * d;
            RowOps.store(heads, value, d, cache.values(index) + to, weights.half());
        }
    }

    private void attend(int index, Stretch part, KvCache cache, CachedAttention attention) {
        int d = config.headSize();
        long begin = (long) part.head * cache.capacity() * d * (weights.half() ? 2 : 4);
        int query = part.head * config.group() * d;
        attention.run(
                cache.keys(index) + begin,
                cache.values(index) + begin,
                part.from,
                part.to,
                memory.wide[part.text],
                query);
    }

    private void position(
            DecodeWeights.Layer layer,
            float @Nullable [] norm,
            int text,
            float[] x,
            int at,
            Angles angles) {
        if (norm != null) {
            RowOps.norm(x, at, norm, config.normEpsilon(), x, at);
        }
        angles.turn(layer, text, x, at);
    }
}
