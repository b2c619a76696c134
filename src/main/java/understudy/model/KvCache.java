package understudy.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// Keys and values of the tokens a conversation has seen.
///
/// Grows by doubling; owned by its maker, who closes it. Not for use by several threads.
public final class KvCache implements AutoCloseable {
    private static final int FIRST_CAPACITY = 256;
    private static final int STEP = 64;

    private final ModelConfig config;
    private final Placement place;
    private final List<Layer> layers = new ArrayList<>();
    private int length;
    private int capacity;

    /// @param keys   `(K,capacity,D)`
    /// @param values `(K,capacity,D)`
    record Layer(Tensor keys, Tensor values) {}

    KvCache(ModelConfig config, Placement place) {
        this.config = config;
        this.place = place;
    }

    /// Tokens seen so far.
    public int length() {
        return length;
    }

    /// Forgets the tokens from `length` on.
    public void truncate(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException("cannot cut " + this.length + " at " + length);
        }
        this.length = length;
    }

    Layer layer(int index) {
        return layers.get(index);
    }

    void advance(int tokens) {
        length += tokens;
    }

    /// How many places of the cache are looked at for `tokens` of them: few different numbers,
    /// since oneDNN compiles its code anew for each.
    static int rounded(int tokens) {
        return (tokens + STEP - 1) / STEP * STEP;
    }

    /// Makes room for `tokens` more.
    void reserve(int tokens) {
        if (length + tokens <= capacity) {
            return;
        }
        int larger = Math.max(FIRST_CAPACITY, Math.max(rounded(length + tokens), 2 * capacity));
        List<Layer> grown = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            Layer old = layers.isEmpty() ? null : layers.get(i);
            grown.add(
                    new Layer(
                            grown(old == null ? null : old.keys, larger),
                            grown(old == null ? null : old.values, larger)));
        }
        close();
        layers.addAll(grown);
        capacity = larger;
    }

    private Tensor grown(@org.jspecify.annotations.Nullable Tensor old, int larger) {
        return Scopes.owned(() -> {
            Tensor next = place.zeros(config.kvHeads(), larger, config.headSize());
            if (old != null && length > 0) {
                next.narrow(1, 0, length).copy_(old.narrow(1, 0, length));
            }
            return next;
        });
    }

    @Override
    public void close() {
        layers.forEach(layer -> {
            layer.keys.close();
            layer.values.close();
        });
        layers.clear();
        capacity = 0;
    }
}
