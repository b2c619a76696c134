package understudy.model;

import java.util.BitSet;

/// Layers whose tokens see only the latest tokens before them (sliding window attention).
///
/// @param layers which; empty for none
/// @param window how many tokens a token sees, itself included; 0 where there are no such layers
/// @param rope   positions in these layers
public record LocalLayers(BitSet layers, int window, RopeConfig rope) {
    public LocalLayers {
        layers = (BitSet) layers.clone();
        if (window < 0 || (window == 0) != layers.isEmpty()) {
            throw new IllegalArgumentException("sliding window " + window);
        }
    }

    static LocalLayers none(RopeConfig rope) {
        return new LocalLayers(new BitSet(), 0, rope);
    }

    /// Every layer has the window.
    ///
    /// @param window 0 for none
    static LocalLayers all(int layers, int window, RopeConfig rope) {
        BitSet all = new BitSet();
        all.set(0, window == 0 ? 0 : layers);
        return new LocalLayers(all, window, rope);
    }

    /// All but every `period`-th layer have the window.
    static LocalLayers allBut(int period, int layers, int window, RopeConfig rope) {
        BitSet local = new BitSet();
        for (int i = 0; i < layers; i++) {
            local.set(i, (i + 1) % period != 0);
        }
        return new LocalLayers(local, local.isEmpty() ? 0 : window, rope);
    }

    boolean has(int layer) {
        return layers.get(layer);
    }

    @Override
    public BitSet layers() {
        return (BitSet) layers.clone();
    }
}
