package understudy.tensor;

/// The low-rank share of linear layers that have one input, forward and backward, in bf16 by
/// [HalfTiles]: what is multiplied is masked, added and turned while it lies in the first cache.
///
/// Letters: T tokens, I inputs, O outputs of all layers together, O_j of one, r rank, n layers.
final class LowRankKernel {
    /// Rows of a tile, and columns of one.
    static final int TILE = AttentionKernel.TILE;

    /// One layer of those that have an input in common, by address.
    ///
    /// @param b      `(O_j,r)` in bf16, scaled
    /// @param gradB  `(O_j,r)` in f32, added to; 0 in a forward pass
    /// @param offset its first column of O
    /// @param outputs O_j
    record Factor(long b, long gradB, int offset, int outputs) {}

    /// All layers, by address.
    ///
    /// @param tokens  T
    /// @param a       `(n·r,I)` in bf16
    /// @param factors as their shares of A lie
    record Layers(int tokens, int inputs, int outputs, int rank, long a, Factor[] factors) {
        int width() {
            return rank * factors.length;
        }

        int tiles() {
            return tokens / TILE;
        }
    }

    private static final ThreadLocal<LowRankKernel> OWN =
            ThreadLocal.withInitial(LowRankKernel::new);

    private final Room packed = new Room(); // forms of A and B, for all threads
    private final Room columns = new Room(); // forms of what rank columns there are, for all
    private final Room sums = new Room(); // (TILE,TILE) or (TILE,n·r) in f32
    private final Room pairs = new Room(); // (TILE/2,TILE,2)
    private final Room turned = new Room(); // (n·r/2,TILE,2)

    private LowRankKernel() {}

    /// Whether sizes fit; other lengths of a row would each have kernels compiled.
    ///
    /// @param columns where layers begin in O, and how many columns they have
    static boolean fits(long tokens, int inputs, int rank, int... columns) {
        boolean whole = tokens % TILE == 0 && inputs % TILE == 0;
        whole &= rank % RowCodec.WIDTH == 0 && rank <= TILE;
        for (int each : columns) {
            whole &= each % TILE == 0;
        }
        return whole;
    }

    /// `dropped = m∘x`, `low = dropped·Aᵀ`, `y_j = y_j + low_j·B_jᵀ`.
    ///
    /// @param x       `(T,I)`
    /// @param mask    `(T,I)`; 0 for none
    /// @param dropped `(T,I)`, written; x without a mask
    /// @param low     `(T,n·r)`, written
    /// @param y       `(T,O)`
    static void forward(Layers layers, long x, long mask, long dropped, long low, long y) {
        int width = layers.width();
        int inputs = layers.inputs;
        Room room = OWN.get().packed;
        long a = room.of(2L * width * (inputs + layers.outputs));
        long b = a + 2L * width * inputs;
        HalfMath.turn(layers.a, 2L * inputs, width, inputs / 2, a, width);
        long[] blocks = new long[layers.factors.length];
        for (int j = 0; j < blocks.length; j++) {
            blocks[j] = b;
            Factor factor = layers.factors[j];
            for (int o = 0; o < factor.outputs; o += TILE) {
                long from = factor.b + 2L * o * layers.rank;
                HalfMath.turn(from, 2L * layers.rank, TILE, layers.rank / 2, b, TILE);
                b += 2L * TILE * layers.rank;
            }
        }
        Workers.run(
                layers.tiles(),
                tile -> OWN.get().forward(layers, tile, x, mask, dropped, low, y, a, blocks));
    }

    private void forward(
            Layers layers,
            int tile,
            long x,
            long mask,
            long dropped,
            long low,
            long y,
            long a,
            long[] blocks) {
        int width = layers.width();
        int inputs = layers.inputs;
        int rank = layers.rank;
        long at = 2L * tile * TILE * inputs;
        if (mask != 0) {
            HalfMath.mask(x + at, mask + at, dropped + at, TILE * inputs);
        }
        long sum = sums.of(4L * TILE * Math.max(TILE, width));
        HalfTiles.multiply(false, TILE, width, inputs, dropped + at, inputs, a, width, sum, width);
        long lows = low + 2L * tile * TILE * width;
        HalfMath.write(sum, 1, TILE * width, lows);
        for (int j = 0; j < blocks.length; j++) {
            Factor factor = layers.factors[j];
            for (int o = 0; o < factor.outputs; o += TILE) {
                HalfTiles.multiply(
                        false,
                        TILE,
                        TILE,
                        rank,
                        lows + 2L * j * rank,
                        width,
                        blocks[j] + 2L * o * rank,
                        TILE,
                        sum,
                        TILE);
                long to = y + 2 * ((long) tile * TILE * layers.outputs + factor.offset + o);
                HalfMath.add(sum, TILE, to, 2L * layers.outputs);
            }
        }
    }

    /// What [#backward] reads and writes, by address.
    ///
    /// @param dy   `(T,O)`
    /// @param used `(T,I)`: what A was multiplied with
    /// @param low  `(T,n·r)`
    /// @param dlow `(T,n·r)`, written
    /// @param mask `(T,I)`; 0 for none
    /// @param dx   `(T,I)`, added to; 0 where not wanted
    /// @param gradA `(n·r,I)` in f32, added to
    record Back(long dy, long used, long low, long dlow, long mask, long dx, long gradA) {}

    /// `dlow_j = dy_j·B_j`, `dx = dx + m∘(dlow·A)`, `dA = dA + dlowᵀ·used`,
    /// `dB_j = dB_j + s·dy_jᵀ·low_j`.
    static void backward(Layers layers, float scale, Back back) {
        int width = layers.width();
        int inputs = layers.inputs;
        LowRankKernel own = OWN.get();
        long a = own.packed.of(2L * width * (inputs + layers.outputs));
        long b = a + 2L * width * inputs;
        for (int i = 0; i < inputs; i += TILE) {
            HalfMath.pair(layers.a + 2L * i, 2L * inputs, width, TILE, a + 2L * i * width);
        }
        long[] factors = new long[layers.factors.length];
        for (int j = 0; j < factors.length; j++) {
            Factor factor = layers.factors[j];
            factors[j] = b;
            HalfMath.pair(factor.b, 2L * layers.rank, factor.outputs, layers.rank, b);
            b += 2L * factor.outputs * layers.rank;
        }
        long part = 2L * TILE * width; // a tile of low, turned
        long lows = own.columns.of(2 * part * layers.tiles());
        long dlows = lows + part * layers.tiles();
        Workers.run(
                layers.tiles(),
                tile -> {
                    LowRankKernel kernel = OWN.get();
                    kernel.tokens(layers, back, tile, a, factors);
                    kernel.turn(layers, back.low, tile, lows + part * tile);
                    kernel.turn(layers, back.dlow, tile, dlows + part * tile);
                });
        int ofA = inputs / TILE;
        Workers.run(
                ofA + layers.outputs / TILE,
                block -> {
                    if (block < ofA) {
                        OWN.get().gradientA(layers, back, block * TILE, dlows);
                    } else {
                        OWN.get().gradientB(layers, back, (block - ofA) * TILE, lows, scale);
                    }
                });
    }

    /// Gradients of some tokens' low-rank numbers and inputs.
    private void tokens(Layers layers, Back back, int tile, long a, long[] factors) {
        int width = layers.width();
        int rank = layers.rank;
        int inputs = layers.inputs;
        long sum = sums.of(4L * TILE * Math.max(TILE, width));
        for (int j = 0; j < factors.length; j++) {
            Factor factor = layers.factors[j];
            long dy = back.dy + 2 * ((long) tile * TILE * layers.outputs + factor.offset);
            HalfTiles.multiply(
                    false,
                    TILE,
                    rank,
                    factor.outputs,
                    dy,
                    layers.outputs,
                    factors[j],
                    rank,
                    sum + 4L * j * rank,
                    width);
        }
        long dlow = back.dlow + 2L * tile * TILE * width;
        HalfMath.write(sum, 1, TILE * width, dlow);
        for (int i = 0; i < inputs && back.dx != 0; i += TILE) {
            HalfTiles.multiply(
                    false, TILE, TILE, width, dlow, width, a + 2L * i * width, TILE, sum, TILE);
            long at = 2 * ((long) tile * TILE * inputs + i);
            if (back.mask == 0) {
                HalfMath.add(sum, TILE, back.dx + at, 2L * inputs);
            } else {
                HalfMath.addMasked(sum, TILE, back.mask + at, back.dx + at, 2L * inputs);
            }
        }
    }

    /// `(TILE,n·r)` to `(n·r,TILE)`.
    private void turn(Layers layers, long from, int tile, long to) {
        int width = layers.width();
        long both = turned.of(2L * TILE * width);
        long at = from + 2L * tile * TILE * width;
        HalfMath.turn(at, 2L * width, TILE, width / 2, both, TILE);
        HalfMath.part(both, width, to);
    }

    private void gradientA(Layers layers, Back back, int column, long dlows) {
        int width = layers.width();
        int inputs = layers.inputs;
        long pair = pairs.of(2L * TILE * TILE);
        for (int tile = 0; tile < layers.tiles(); tile++) {
            long used = back.used + 2 * ((long) tile * TILE * inputs + column);
            HalfMath.pair(used, 2L * inputs, TILE, TILE, pair);
            long dlow = dlows + 2L * tile * TILE * width;
            HalfTiles.multiply(
                    true,
                    width,
                    TILE,
                    TILE,
                    dlow,
                    TILE,
                    pair,
                    TILE,
                    back.gradA + 4L * column,
                    inputs);
        }
    }

    private void gradientB(Layers layers, Back back, int column, long lows, float scale) {
        int index = 0;
        Factor factor = null;
        for (int j = 0; j < layers.factors.length; j++) {
            Factor each = layers.factors[j];
            if (column >= each.offset && column < each.offset + each.outputs) {
                index = j;
                factor = each;
            }
        }
        if (factor == null) {
            return; // a layer without LoRA
        }
        int rank = layers.rank;
        long pair = pairs.of(2L * TILE * TILE);
        long sum = sums.of(4L * TILE * Math.max(TILE, layers.width()));
        for (int tile = 0; tile < layers.tiles(); tile++) {
            long dy = back.dy + 2 * ((long) tile * TILE * layers.outputs + column);
            HalfMath.pair(dy, 2L * layers.outputs, TILE, TILE, pair);
            long low = lows + 2L * TILE * ((long) tile * layers.width() + (long) index * rank);
            HalfTiles.multiply(tile > 0, rank, TILE, TILE, low, TILE, pair, TILE, sum, TILE);
        }
        long to = factor.gradB + 4L * (column - factor.offset) * rank;
        HalfMath.addTurned(sum, rank, scale, to);
    }
}
