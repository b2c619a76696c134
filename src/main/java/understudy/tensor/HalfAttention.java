package understudy.tensor;

import java.util.Arrays;

/// [AttentionKernel] for rows in bf16 where the processor multiplies bf16: operands of multiplies
/// are bf16, among them the weights and their gradients; sums, softmax and what is added up over
/// tiles are f32, as in FlashAttention-2 (Dao 2023).
///
/// Forward works on tiles (query, key). Backward works on tiles (key, query): so both gradients
/// that are summed over queries take their tile as it lies.
///
/// Letters: L tokens of the conversation, L' filled up to whole tiles, D a head's size.
final class HalfAttention {
    private static final int TILE = AttentionKernel.TILE;

    /// Bytes of a tile of f32, and some more, so that tiles do not share cache lines' places.
    private static final long APART = 4L * TILE * TILE + 256;

    private static final long HALF_APART = APART / 2;

    private static final ThreadLocal<HalfAttention> OWN =
            ThreadLocal.withInitial(HalfAttention::new);

    private final Room rows = new Room(); // (TILE,D) in bf16: queries, or their gradient's
    private final Room turned = new Room(); // (D/2,TILE,2) queries
    private final Room paired = new Room(); // (TILE/2,D,2) queries
    private final Room dturned = new Room(); // the same of the result's gradient
    private final Room dpaired = new Room();
    private final Room keys = new Room(); // (L',D) in bf16
    private final Room values = new Room();
    private final Room keyForm = new Room(); // forward (D/2,TILE,2) a tile, backward (D,TILE)
    private final Room valueForm = new Room(); // forward (TILE/2,D,2) a tile
    private final Room scores = new Room(); // tiles of f32
    private final Room slopes = new Room();
    private final Room half = new Room(); // tiles of bf16
    private final Room dhalf = new Room();
    private final Room dpairs = new Room();
    private final Room mixed = new Room(); // (TILE,D) in f32; backward (D,TILE)
    private final Room dkeys = new Room(); // (L',D) in f32
    private final Room dvalues = new Room();
    private final float[] highest = new float[TILE];
    private final float[] sums = new float[TILE];
    private final float[] totals = new float[TILE];

    // what is worked on
    private AttentionKernel.Shape shape = new AttentionKernel.Shape(1, 1, 1, 1, 0, 1);
    private int start;
    private int length;

    // whose keys and values have been read
    private long readCall;
    private int readStart;
    private int readHead;

    private HalfAttention() {}

    static boolean fits(RowCodec codec) {
        return codec.bytes() == 2 && HalfTiles.available();
    }

    static void forward(
            AttentionKernel.Shape shape, AttentionKernel.Row row, AttentionKernel.Piece piece) {
        HalfAttention kernel = OWN.get();
        kernel.begin(shape, piece);
        kernel.forward(row, piece);
    }

    static void backward(
            AttentionKernel.Shape shape,
            int shares,
            AttentionKernel.Row row,
            AttentionKernel.Piece piece) {
        HalfAttention kernel = OWN.get();
        kernel.begin(shape, piece);
        kernel.backward(row, shares, piece);
    }

    private void begin(AttentionKernel.Shape shape, AttentionKernel.Piece piece) {
        this.shape = shape;
        this.start = piece.start();
        this.length = piece.length();
    }

    private int tiles() {
        return AttentionPieces.tiles(length);
    }

    /// Bytes of a tile's rows of one head in bf16.
    private long tileBytes() {
        return 2L * TILE * shape.headSize();
    }

    private boolean unread(AttentionKernel.Row row, int kvHead) {
        boolean same = readCall == row.call() && readStart == start && readHead == kvHead;
        readCall = row.call();
        readStart = start;
        readHead = kvHead;
        return !same;
    }

    private void forward(AttentionKernel.Row row, AttentionKernel.Piece piece) {
        int kvHead = piece.first() / shape.group();
        long bytes = tiles() * tileBytes();
        long keyTiles = keyForm.of(bytes);
        long valueTiles = valueForm.of(bytes);
        if (unread(row, kvHead)) {
            read(row.qkv(), shape.columns(), shape.heads() + kvHead, 0, length, keys.of(bytes));
            long value = shape.heads() + (long) shape.kvHeads() + kvHead;
            read(row.qkv(), shape.columns(), value, 0, length, values.of(bytes));
            for (int t = 0; t < tiles(); t++) {
                long at = t * tileBytes();
                turn(keys.of(bytes) + at, keyTiles + at);
                pair(values.of(bytes) + at, valueTiles + at);
            }
        }
        for (int head = piece.first(); head < piece.end(); head++) {
            for (int tile = piece.from(); tile < piece.to(); tile++) {
                tileForward(row, head, tile, keyTiles, valueTiles);
            }
        }
    }

    private void tileForward(
            AttentionKernel.Row row, int head, int tile, long keyTiles, long valueTiles) {
        int d = shape.headSize();
        int count = Math.min(TILE, length - tile * TILE);
        int first = firstTile(tile);
        int seen = tile + 1 - first;
        long queries = rows.of(tileBytes());
        long score = scores.of(seen * APART);
        long weights = half.of(seen * HALF_APART);
        long out = mixed.of(4L * TILE * d);
        read(row.qkv(), shape.columns(), head, tile * TILE, count, queries);
        for (int i = 0; i < seen; i++) {
            long key = keyTiles + (first + i) * tileBytes();
            HalfTiles.multiply(
                    false, TILE, TILE, d, queries, d, key, TILE, score + i * APART, TILE);
            int before = (tile - first - i) * TILE;
            if (edge(before)) {
                int from = shape.window() == 0 ? -2 * TILE : before - shape.window() + 1;
                HalfMath.hide(score + i * APART, from, before + 1);
            }
        }
        HalfMath.highest(score, APART, seen, count, shape.scale(), highest);
        HalfMath.weigh(
                score, APART, seen, count, shape.scale(), weights, HALF_APART, highest, sums);
        for (int i = 0; i < seen; i++) {
            long value = valueTiles + (first + i) * tileBytes();
            HalfTiles.multiply(
                    i > 0, TILE, d, TILE, weights + i * HALF_APART, TILE, value, d, out, d);
        }
        for (int r = 0; r < count; r++) {
            int query = tile * TILE + r;
            HalfMath.write(
                    out + 4L * r * d,
                    1 / sums[r],
                    d,
                    address(row.out(), shape.heads() * d, head, query));
            Native.ALL.set(
                    Native.FLOAT, sum(row, head, query), highest[r] + (float) Math.log(sums[r]));
        }
    }

    /// Whether some query of a tile does not see some key of a tile that begins so many tokens
    /// before it.
    private boolean edge(int before) {
        return before == 0 || (shape.window() != 0 && before + TILE > shape.window());
    }

    private long sum(AttentionKernel.Row row, int head, int query) {
        return row.sums() + 4 * ((long) (start + query) * shape.heads() + head);
    }

    private void backward(AttentionKernel.Row row, int shares, AttentionKernel.Piece piece) {
        int d = shape.headSize();
        int kvHead = piece.first() / shape.group();
        long value = shape.heads() + (long) shape.kvHeads() + kvHead;
        long bytes = tiles() * tileBytes();
        if (unread(row, kvHead)) {
            read(row.qkv(), shape.columns(), shape.heads() + kvHead, 0, length, keys.of(bytes));
            read(row.qkv(), shape.columns(), value, 0, length, values.of(bytes));
            for (int t = 0; t < tiles(); t++) {
                long at = t * tileBytes();
                turn(keys.of(bytes) + at, turned.of(tileBytes()));
                HalfMath.part(turned.of(tileBytes()), d, keyForm.of(bytes) + at);
            }
        }
        zero(dkeys.of(2 * bytes), 2 * bytes);
        zero(dvalues.of(2 * bytes), 2 * bytes);
        for (int head = piece.first(); head < piece.end(); head++) {
            for (int tile = piece.from(); tile < piece.to(); tile++) {
                tileBackward(row, head, tile);
            }
        }
        for (int token = 0; token < length; token++) {
            long dkey = dkeys.of(2 * bytes) + 4L * token * d;
            long dvalue = dvalues.of(2 * bytes) + 4L * token * d;
            if (row.parts() == 0) {
                int columns = shape.columns();
                long key = shape.heads() + (long) kvHead;
                HalfMath.write(dkey, shape.scale(), d, address(row.dqkv(), columns, key, token));
                HalfMath.write(dvalue, 1, d, address(row.dqkv(), columns, value, token));
            } else {
                long place = 4L * ((long) (start + token) * shares + piece.share()) * d;
                long second = 4L * shape.tokens() * shares * d;
                HalfMath.scale(dkey, shape.scale(), d, row.parts() + place);
                HalfMath.scale(dvalue, 1, d, row.parts() + second + place);
            }
        }
    }

    private void tileBackward(AttentionKernel.Row row, int head, int tile) {
        int d = shape.headSize();
        int count = Math.min(TILE, length - tile * TILE);
        long local = rows.of(tileBytes());
        read(row.qkv(), shape.columns(), head, tile * TILE, count, local);
        turn(local, turned.of(tileBytes()));
        pair(local, paired.of(tileBytes()));
        read(row.dout(), shape.heads() * d, head, tile * TILE, count, local);
        turn(local, dturned.of(tileBytes()));
        pair(local, dpaired.of(tileBytes()));
        Arrays.fill(totals, 0);
        Arrays.fill(sums, 0);
        for (int r = 0; r < count; r++) {
            sums[r] = Native.ALL.get(Native.FLOAT, sum(row, head, tile * TILE + r));
        }
        weights(tile);
        gradients(tile);
        HalfMath.halve(mixed.of(0), d, shape.scale(), local);
        long to = address(row.dqkv(), shape.columns(), head, tile * TILE);
        HalfMath.turn(local, 4L * TILE, d / 2, count, to, shape.columns() / 2);
    }

    /// Makes P and dP of all keys that a tile of queries sees, and the totals of their products.
    private void weights(int tile) {
        int d = shape.headSize();
        int first = firstTile(tile);
        int seen = tile + 1 - first;
        long bytes = tiles() * tileBytes();
        long score = scores.of(seen * APART);
        long slope = slopes.of(seen * APART);
        for (int i = 0; i < seen; i++) {
            long at = (first + i) * tileBytes();
            long to = score + i * APART;
            long dto = slope + i * APART;
            HalfTiles.multiply(
                    false,
                    TILE,
                    TILE,
                    d,
                    keys.of(bytes) + at,
                    d,
                    turned.of(tileBytes()),
                    TILE,
                    to,
                    TILE);
            HalfTiles.multiply(
                    false,
                    TILE,
                    TILE,
                    d,
                    values.of(bytes) + at,
                    d,
                    dturned.of(tileBytes()),
                    TILE,
                    dto,
                    TILE);
            int before = (tile - first - i) * TILE;
            if (edge(before)) {
                int end = shape.window() == 0 ? 2 * TILE : shape.window() - before;
                HalfMath.hide(to, -before, end);
            }
            HalfMath.weighBack(to, dto, shape.scale(), sums, totals);
        }
    }

    /// Adds to the gradients of keys and values, and makes the one of queries, turned.
    private void gradients(int tile) {
        int d = shape.headSize();
        int first = firstTile(tile);
        int seen = tile + 1 - first;
        long bytes = tiles() * tileBytes();
        long weight = half.of(HALF_APART);
        long slope = dhalf.of(HALF_APART);
        long pairs = dpairs.of(HALF_APART);
        long dqueries = mixed.of(4L * TILE * d);
        for (int i = 0; i < seen; i++) {
            long at = (first + i) * tileBytes();
            HalfMath.slopes(
                    scores.of(0) + i * APART,
                    slopes.of(0) + i * APART,
                    totals,
                    weight,
                    slope,
                    pairs);
            HalfTiles.multiply(
                    true, TILE, d, TILE, weight, TILE, dpaired.of(0), d, dvalues.of(0) + 2 * at, d);
            HalfTiles.multiply(
                    true, TILE, d, TILE, slope, TILE, paired.of(0), d, dkeys.of(0) + 2 * at, d);
            HalfTiles.multiply(
                    i > 0,
                    d,
                    TILE,
                    TILE,
                    keyForm.of(bytes) + at,
                    TILE,
                    pairs,
                    TILE,
                    dqueries,
                    TILE);
        }
    }

    /// `(TILE,D)` to `(D/2,TILE,2)`.
    private void turn(long from, long to) {
        int d = shape.headSize();
        HalfMath.turn(from, 2L * d, TILE, d / 2, to, TILE);
    }

    /// `(TILE,D)` to `(TILE/2,D,2)`.
    private void pair(long from, long to) {
        int d = shape.headSize();
        HalfMath.pair(from, 2L * d, TILE, d, to);
    }

    private int firstTile(int tile) {
        return shape.window() == 0 ? 0 : Math.max(0, tile * TILE + 1 - shape.window()) / TILE;
    }

    /// Rows of one head to `(count,D)`, and zeros up to the next whole tile.
    private void read(long tensor, int columns, long head, int from, int count, long to) {
        long row = 2L * shape.headSize();
        long at = address(tensor, columns, head, from);
        HalfMath.copy(at, 2L * columns, count, shape.headSize(), to);
        int whole = (count + TILE - 1) / TILE * TILE;
        zero(to + count * row, (whole - count) * row);
    }

    private static void zero(long at, long bytes) {
        Native.ALL.asSlice(at, bytes).fill((byte) 0);
    }

    private long address(long tensor, int columns, long head, int token) {
        return tensor + 2 * ((long) (start + token) * columns + head * shape.headSize());
    }
}
