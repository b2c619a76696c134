package understudy.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// Keys and values of the tokens a conversation has seen.
///
/// Owned by its maker, who closes it. Not for use by several threads.
public final class KvCache implements AutoCloseable {
    private static final int FIRST_CAPACITY = 256;
    private static final int STEP = 64;

    private final ModelConfig config;
    private final Placement place;
    private final List<Layer> layers = new ArrayList<>();
    private int length;
    private int capacity;
    private long[] addresses = new long[0];

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

    /// Address of the keys of a layer, `(K,capacity,D)`, until the next [#reserve]; of a model in
    /// the CPU's memory.
    public long keys(int layer) {
        return addresses[2 * layer];
    }

    /// Address of the values of a layer; see [#keys].
    public long values(int layer) {
        return addresses[2 * layer + 1];
    }

    /// Tokens that there is room for.
    public int capacity() {
        return capacity;
    }

    /// Tells that the keys and values of so many more tokens are in every layer.
    public void advance(int tokens) {
        length += tokens;
    }

    /// How many places of the cache are looked at for `tokens` of them: few different numbers,
    /// since oneDNN compiles its code anew for each.
    static int rounded(int tokens) {
        return (tokens + STEP - 1) / STEP * STEP;
    }

    /// Makes room for `tokens` more, and for half as many again as there were: who knows how long a
    /// text will be asks for all of it at once. Layer by layer, so that no more than one is held
    /// twice.
    public void reserve(int tokens) {
        if (length + tokens <= capacity) {
            return;
        }
        int larger = Math.max(FIRST_CAPACITY, rounded(Math.max(length + tokens, capacity * 3 / 2)));
        try {
            for (int i = 0; i < config.layers(); i++) {
                Layer old = i < layers.size() ? layers.get(i) : null;
                Tensor keys = grown(old == null ? null : old.keys, larger);
                Tensor values = grown(old == null ? null : old.values, larger);
                if (old == null) {
                    layers.add(new Layer(keys, values));
                } else {
                    layers.set(i, new Layer(keys, values));
                    old.keys.close();
                    old.values.close();
                }
            }
        } catch (RuntimeException | Error e) {
            close(); // layers of different lengths are of no use
            length = 0;
            throw e;
        }
        capacity = larger;
        addresses = new long[2 * layers.size()];
        for (int i = 0; i < layers.size(); i++) {
            addresses[2 * i] = layers.get(i).keys.data_ptr().address();
            addresses[2 * i + 1] = layers.get(i).values.data_ptr().address();
        }
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
