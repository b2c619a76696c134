package understudy.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Causal attention of one conversation through one key/value head and some of the query heads that
/// share it, forward and backward, in f32.
///
/// A tile of queries goes against the keys it sees, a tile at a time; weights exist for one tile of
/// queries only and are made again on the way back from the logarithm of each row's sum, which is
/// all that is kept (Dao 2023, FlashAttention-2, section 3.1, without its running maximum: a row of
/// scores fits the second cache here). Keys after a tile's last query, or before its window, are
/// never touched.
///
/// Letters: L tokens of the conversation, D a head's size, H heads, K key/value heads.
final class AttentionKernel {
    /// Queries of a tile, and keys of one.
    static final int TILE = 64;

    /// Floats behind each row of scores, so that rows do not share cache lines' places.
    private static final int APART = 16;

    /// @param tokens T of the row
    /// @param window latest tokens that a token sees; 0 for all
    /// @param scale  of the scores
    record Shape(int tokens, int heads, int kvHeads, int headSize, int window, float scale) {
        int group() {
            return heads / kvHeads;
        }

        int columns() {
            return (heads + 2 * kvHeads) * headSize;
        }
    }

    /// Tensors of the row by address.
    ///
    /// @param qkv  `(T,(H+2K)·D)`
    /// @param out  `(T,H·D)`, written by forward
    /// @param sums `(T,H)` in f32: logarithm of the sum of e^score, written by forward
    /// @param dout `(T,H·D)`, read by backward
    /// @param dqkv like qkv, written by backward
    /// @param parts `(2,T,S·D)` in f32: where backward puts each share of the gradients of keys and
    ///     values, see [AttentionPieces]; 0 where a piece of work has all query heads of its
    ///     key/value head
    /// @param call  another one for each call, so that a thread knows whose keys it has read
    record Row(long qkv, long out, long sums, long dout, long dqkv, long parts, long call) {}

    /// What is done at a time: some queries of a conversation, and the query heads from `first` to
    /// before `end`, all of one key/value head.
    ///
    /// @param from  first tile of queries
    /// @param to    behind the last tile of queries
    /// @param share where its gradients of keys and values go
    record Piece(int start, int length, int first, int end, int from, int to, int share) {
        /// What it takes, roughly: pairs of tiles.
        long work() {
            return (end - first) * ((long) to * (to + 1) - (long) from * (from + 1));
        }
    }

    private static final RowCodec FULL = RowCodec.of(ComputeType.F32);

    private static final ThreadLocal<AttentionKernel> OWN =
            ThreadLocal.withInitial(AttentionKernel::new);

    private float[] queries = {}; // (TILE,D), scaled
    private float[] mixed = {}; // (TILE,D): result, or its gradient
    private float[] dqueries = {}; // (TILE,D)
    private float[] scores = {}; // (TILE,L'), rows `apart` apart; then weights
    private float[] slopes = {}; // the same
    private float[] keys = {}; // (L',D)
    private float[] values = {}; // (L',D)
    private float[] keyTiles = {}; // (L'/TILE,D,TILE)
    private float[] valueTiles = {}; // (L'/TILE,D,TILE)
    private float[] dkeys = {}; // (L',D)
    private float[] dvalues = {}; // (L',D)
    private float[] line = {}; // (D)

    // what is worked on
    private RowCodec codec = FULL;
    private Shape shape = new Shape(1, 1, 1, 1, 0, 1);
    private int start;
    private int length;
    private int apart;

    // whose keys and values have been read
    private long readCall;
    private int readStart;
    private int readHead;

    private AttentionKernel() {}

    static void forward(RowCodec codec, Shape shape, Row row, Piece piece) {
        AttentionKernel kernel = OWN.get();
        kernel.begin(codec, shape, piece);
        kernel.forward(row, piece);
    }

    static void backward(RowCodec codec, Shape shape, int shares, Row row, Piece piece) {
        AttentionKernel kernel = OWN.get();
        kernel.begin(codec, shape, piece);
        kernel.backward(row, shares, piece);
    }

    private void begin(RowCodec codec, Shape shape, Piece piece) {
        this.codec = codec;
        this.shape = shape;
        this.start = piece.start;
        this.length = piece.length;
        int longer = tiles() * TILE;
        this.apart = longer + APART;
        int d = shape.headSize;
        queries = room(queries, TILE * d);
        mixed = room(mixed, TILE * d);
        dqueries = room(dqueries, TILE * d);
        line = room(line, d);
        scores = room(scores, TILE * apart);
        slopes = room(slopes, TILE * apart);
        keys = room(keys, longer * d);
        values = room(values, longer * d);
        keyTiles = room(keyTiles, longer * d);
        valueTiles = room(valueTiles, longer * d);
        dkeys = room(dkeys, longer * d);
        dvalues = room(dvalues, longer * d);
    }

    private static float[] room(float[] have, int size) {
        return have.length >= size ? have : new float[Math.max(size, have.length * 3 / 2)];
    }

    private int tiles() {
        return AttentionPieces.tiles(length);
    }

    /// Whether the keys and values of a piece have to be read: not if those before it had the same.
    private boolean unread(Row row, int kvHead) {
        boolean same = readCall == row.call && readStart == start && readHead == kvHead;
        readCall = row.call;
        readStart = start;
        readHead = kvHead;
        return !same;
    }

    private void forward(Row row, Piece piece) {
        int d = shape.headSize;
        int kvHead = piece.first / shape.group();
        long key = head(shape.heads + kvHead);
        long value = head(shape.heads + shape.kvHeads + kvHead);
        if (unread(row, kvHead)) {
            read(row.qkv, shape.columns(), key, 0, length, 1, keys);
            turn(keys, keyTiles);
            read(row.qkv, shape.columns(), value, 0, length, 1, values);
        }
        for (int head = piece.first; head < piece.end; head++) {
            for (int tile = piece.from; tile < piece.to; tile++) {
                int count = score(row, head, tile);
                int begin = firstTile(tile) * TILE;
                int end = (tile + 1) * TILE;
                for (int r = 0; r < count; r++) {
                    weigh(row, head, tile * TILE + r, r * apart, begin, end);
                }
                mix(scores, values, mixed, tile, padded(count));
                write(mixed, row.out, shape.heads * d, head(head), tile * TILE, count);
            }
        }
    }

    /// Scores of a tile of queries with all keys it sees, not yet masked.
    ///
    /// @return queries in the tile
    private int score(Row row, int head, int tile) {
        int count = Math.min(TILE, length - tile * TILE);
        read(row.qkv, shape.columns(), head(head), tile * TILE, count, shape.scale, queries);
        products(queries, keyTiles, scores, tile, padded(count));
        return count;
    }

    /// `to = rows · tilesᵀ` for the tiles of keys that a tile of queries sees.
    private void products(float[] rows, float[] tiles, float[] to, int tile, int count) {
        int d = shape.headSize;
        for (int t = firstTile(tile); t <= tile; t++) {
            TileMath.multiply(
                    false,
                    rows,
                    0,
                    d,
                    1,
                    tiles,
                    t * d * TILE,
                    TILE,
                    to,
                    t * TILE,
                    apart,
                    count,
                    TILE,
                    d);
        }
    }

    /// `to = weights · rows` over the keys that a tile of queries sees.
    ///
    /// A tile of keys at a time, so that its rows stay in the first cache; behind the diagonal
    /// weights are zero and are left out, four queries at a time.
    private void mix(float[] weights, float[] rows, float[] to, int tile, int count) {
        int d = shape.headSize;
        Arrays.fill(to, 0, count * d, 0);
        for (int t = firstTile(tile); t < tile; t++) {
            int at = t * TILE;
            TileMath.multiply(
                    true, weights, at, apart, 1, rows, at * d, d, to, 0, d, count, d, TILE);
        }
        int at = tile * TILE;
        int step = TileMath.ROWS;
        for (int r = 0; r < count; r += step) {
            int from = r * apart + at;
            TileMath.multiply(
                    true, weights, from, apart, 1, rows, at * d, d, to, r * d, d, step, d,
                    r + step);
        }
    }

    /// Softmax of one row of scores; keeps the logarithm of its sum.
    private void weigh(Row row, int head, int query, int at, int begin, int end) {
        mask(query, at, begin, end);
        float highest = RowMath.max(scores, at + begin, at + end);
        RowMath.exp(scores, 1, highest, scores, at + begin, at + end);
        float sum = RowMath.sum(scores, at + begin, at + end);
        RowMath.scale(scores, 1 / sum, at + begin, at + end);
        Native.ALL.set(Native.FLOAT, sum(row, head, query), highest + (float) Math.log(sum));
    }

    private long sum(Row row, int head, int query) {
        return row.sums + 4 * ((long) (start + query) * shape.heads + head);
    }

    private void mask(int query, int at, int begin, int end) {
        int seen = query + 1;
        int first = shape.window == 0 ? 0 : Math.max(0, seen - shape.window);
        if (first > begin) {
            Arrays.fill(scores, at + begin, at + first, Float.NEGATIVE_INFINITY);
        }
        Arrays.fill(scores, at + seen, at + end, Float.NEGATIVE_INFINITY);
    }

    /// With weights P: `dV = Pᵀ·dO`, `dP = dO·Vᵀ`, `dS = P∘(dP − rowsum(P∘dP))`,
    /// `dQ = scale·dS·K`, `dK = dSᵀ·(scale·Q)`.
    private void backward(Row row, int shares, Piece piece) {
        int d = shape.headSize;
        int kvHead = piece.first / shape.group();
        long key = head(shape.heads + kvHead);
        long value = head(shape.heads + shape.kvHeads + kvHead);
        if (unread(row, kvHead)) {
            read(row.qkv, shape.columns(), key, 0, length, 1, keys);
            turn(keys, keyTiles);
            read(row.qkv, shape.columns(), value, 0, length, 1, values);
            turn(values, valueTiles);
        }
        Arrays.fill(dkeys, 0, tiles() * TILE * d, 0);
        Arrays.fill(dvalues, 0, tiles() * TILE * d, 0);
        for (int head = piece.first; head < piece.end; head++) {
            for (int tile = piece.from; tile < piece.to; tile++) {
                tileBackward(row, head, tile);
            }
        }
        if (row.parts == 0) {
            write(dkeys, row.dqkv, shape.columns(), key, 0, length);
            write(dvalues, row.dqkv, shape.columns(), value, 0, length);
        } else {
            part(dkeys, row.parts, shares, piece.share);
            part(dvalues, row.parts + 4L * shape.tokens * shares * d, shares, piece.share);
        }
    }

    private void part(float[] gradient, long parts, int shares, int share) {
        int d = shape.headSize;
        for (int token = 0; token < length; token++) {
            long to = parts + 4L * ((long) (start + token) * shares + share) * d;
            MemorySegment.copy(gradient, token * d, Native.ALL, Native.FLOAT, to, d);
        }
    }

    /// Sums the shares of each key/value head, for the tokens from `from` to before `to` of T.
    static void join(
            RowCodec codec, Shape shape, AttentionPieces pieces, Row row, long from, long to) {
        int d = shape.headSize;
        int shares = pieces.shares();
        int[] headOf = new int[shares];
        for (int share = 0; share < shares; share++) {
            headOf[share] = pieces.head(share) / shape.group();
        }
        float[] sum = new float[d];
        float[] part = new float[d];
        for (long token = from; token < to; token++) {
            for (int which = 0; which < 2; which++) {
                long at = row.parts + 4L * d * shares * ((long) which * shape.tokens + token);
                long column = (shape.heads + (long) which * shape.kvHeads) * d;
                for (int kv = 0; kv < shape.kvHeads; kv++) {
                    Arrays.fill(sum, 0);
                    for (int share = 0; share < shares; share++) {
                        if (headOf[share] == kv) {
                            FULL.read(at + 4L * d * share, part, d);
                            RowMath.add(sum, part, d);
                        }
                    }
                    long place = token * shape.columns() + column + (long) kv * d;
                    codec.write(sum, row.dqkv + place * codec.bytes(), d);
                }
            }
        }
    }

    private void tileBackward(Row row, int head, int tile) {
        int d = shape.headSize;
        int count = score(row, head, tile);
        int rows = padded(count);
        int begin = firstTile(tile) * TILE;
        int end = (tile + 1) * TILE;
        read(row.dout, shape.heads * d, head(head), tile * TILE, count, 1, mixed);
        products(mixed, valueTiles, slopes, tile, rows);
        for (int r = 0; r < count; r++) {
            int query = tile * TILE + r;
            int from = r * apart + begin;
            int to = r * apart + end;
            mask(query, r * apart, begin, end);
            float sum = Native.ALL.get(Native.FLOAT, sum(row, head, query));
            RowMath.exp(scores, 1, sum, scores, from, to);
            RowMath.softmaxSlope(
                    scores, slopes, RowMath.dot(scores, slopes, from, to), 1, from, to);
        }
        for (int r = count; r < rows; r++) {
            Arrays.fill(scores, r * apart + begin, r * apart + end, 0);
            Arrays.fill(slopes, r * apart + begin, r * apart + end, 0);
        }
        for (int t = begin / TILE; t < tile; t++) {
            gather(scores, mixed, dvalues, t * TILE, TILE, 0, rows);
            gather(slopes, queries, dkeys, t * TILE, TILE, 0, rows);
        }
        // only this query and later ones see the key
        for (int r = 0; r < rows; r += TileMath.ROWS) {
            gather(scores, mixed, dvalues, tile * TILE + r, TileMath.ROWS, r, rows);
            gather(slopes, queries, dkeys, tile * TILE + r, TileMath.ROWS, r, rows);
        }
        mix(slopes, keys, dqueries, tile, rows);
        RowMath.scale(dqueries, shape.scale, 0, rows * d);
        write(dqueries, row.dqkv, shape.columns(), head(head), tile * TILE, count);
    }

    /// Adds `weightsᵀ · rows` for some keys, over the queries of a tile from `first` to before
    /// `end`.
    private void gather(
            float[] weights, float[] rows, float[] to, int key, int keys, int first, int end) {
        int d = shape.headSize;
        int from = first * apart + key;
        int k = end - first;
        TileMath.multiply(
                true, weights, from, 1, apart, rows, first * d, d, to, key * d, d, keys, d, k);
    }

    /// First tile of keys that a tile of queries sees.
    private int firstTile(int tile) {
        return shape.window == 0 ? 0 : Math.max(0, tile * TILE + 1 - shape.window) / TILE;
    }

    /// Bytes from a row's beginning to a head.
    private long head(int head) {
        return (long) head * shape.headSize * codec.bytes();
    }

    private static int padded(int count) {
        return (count + TileMath.ROWS - 1) / TileMath.ROWS * TileMath.ROWS;
    }

    /// Rows of one head to `(count,D)`, and zeros up to the next whole tile.
    private void read(
            long tensor, int columns, long head, int from, int count, float factor, float[] to) {
        int d = shape.headSize;
        for (int r = 0; r < count; r++) {
            codec.read(address(tensor, columns, head, from + r), line, d);
            if (factor != 1) {
                RowMath.scale(line, factor, 0, d);
            }
            System.arraycopy(line, 0, to, r * d, d);
        }
        Arrays.fill(to, count * d, (count + TILE - 1) / TILE * TILE * d, 0);
    }

    private void write(float[] from, long tensor, int columns, long head, int first, int count) {
        int d = shape.headSize;
        for (int r = 0; r < count; r++) {
            System.arraycopy(from, r * d, line, 0, d);
            codec.write(line, address(tensor, columns, head, first + r), d);
        }
    }

    private long address(long tensor, int columns, long head, int token) {
        return tensor + (long) (start + token) * columns * codec.bytes() + head;
    }

    /// `(L',D)` to tiles `(D,TILE)`.
    private void turn(float[] rows, float[] to) {
        int d = shape.headSize;
        for (int t = 0; t < tiles(); t++) {
            int base = t * TILE * d;
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < TILE; j++) {
                    to[base + i * TILE + j] = rows[base + j * d + i];
                }
            }
        }
    }
}
