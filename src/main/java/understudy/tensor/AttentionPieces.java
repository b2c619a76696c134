package understudy.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How the attention of a row is dealt out to threads.
///
/// Where there are many conversations and key/value heads, a piece is one of each, with all query
/// heads that share it. Else a piece is one query head; and the query heads that are left when each
/// thread has had equally many are cut by queries, so that no thread waits for the last one.
///
/// @param heads  H of the queries
/// @param left   query heads that are cut, the last ones
/// @param ranges into how many stretches of queries each of them
record AttentionPieces(int heads, int left, int ranges) {
    static AttentionPieces of(int heads, int threads) {
        int left = heads % threads;
        return new AttentionPieces(heads, left, left == 0 ? 1 : (threads + left - 1) / left);
    }

    /// Tiles of a conversation.
    static int tiles(int length) {
        return (length + AttentionKernel.TILE - 1) / AttentionKernel.TILE;
    }

    /// Shares of a token's gradients of keys and values, which are summed in the end: one a query
    /// head, and one more for each further stretch of a head that is cut.
    int shares() {
        return heads + left * (ranges - 1);
    }

    /// The query head of a share.
    int head(int share) {
        return share < heads ? share : heads - left + (share - heads) / (ranges - 1);
    }

    /// All pieces of a row, those with the most work first.
    ///
    /// @param starts first token of each conversation
    /// @param tokens T
    /// @param group  query heads of a key/value head
    /// @param split  whether a piece is one query head
    List<AttentionKernel.Piece> of(int[] starts, int tokens, int group, boolean split) {
        List<AttentionKernel.Piece> pieces = new ArrayList<>();
        for (int s = 0; s < starts.length; s++) {
            int length = (s + 1 < starts.length ? starts[s + 1] : tokens) - starts[s];
            int tiles = tiles(length);
            int step = split ? 1 : group;
            int whole = split ? heads - left : heads;
            for (int h = 0; h < whole; h += step) {
                pieces.add(new AttentionKernel.Piece(starts[s], length, h, h + step, 0, tiles, h));
            }
            for (int h = whole; h < heads; h++) {
                int from = 0;
                for (int range = 0; range < ranges; range++) {
                    // a tile's work grows with its place, that of all before it with the square
                    int end = (int) Math.round(tiles * Math.sqrt((range + 1.0) / ranges));
                    int share = range == 0 ? h : heads + (h - whole) * (ranges - 1) + range - 1;
                    pieces.add(
                            new AttentionKernel.Piece(
                                    starts[s], length, h, h + 1, from, end, share));
                    from = end;
                }
            }
        }
        pieces.sort(Comparator.comparingLong((AttentionKernel.Piece p) -> -p.work()));
        return pieces;
    }
}
