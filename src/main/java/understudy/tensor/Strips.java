package understudy.tensor;

/// How small whole numbers lie that are multiplied with one vector or a few: in strips of as many
/// rows as a vector has lanes, a lane a row.
///
/// Of a strip first the groups' scales (and minima), group by group, then the numbers: of the first
/// 32 bits of each row a vector, of the next 32, and so on. All of it lies in one stretch of
/// memory, and a product needs no sums over lanes. Two strips are interwoven, see [StripVectors]:
/// first the scales of both, then the numbers, a vector of the one and a vector of the other. Rows
/// that fill up the last pair hold nothing but zeros.
///
/// @param rows    of the matrix
/// @param columns of the matrix, whole groups
/// @param kind    what a group holds
record Strips(int rows, int columns, Kind kind) {
    static final int GROUP = 32;

    /// Rows a strip; where there are no vectors, any number does.
    static final int WIDTH = RowBlock.vectors(GROUP) ? Lanes.WIDTH : 16;

    enum Kind {
        /// 4 bits, in the file's order; scale and minimum in halves.
        QUARTERS_HALVES(4, 4),
        /// 4 bits; scale and minimum in floats.
        QUARTERS_FLOATS(4, 8),
        /// Signed bytes; scales in halves.
        BYTES(8, 2);

        private final int words; // 32 bits each
        private final int scale; // bytes

        Kind(int words, int scale) {
            this.words = words;
            this.scale = scale;
        }

        boolean quarters() {
            return this != BYTES;
        }

        /// Of a group in a row, 32 bits each.
        int words() {
            return words;
        }
    }

    int groups() {
        return columns / GROUP;
    }

    /// Bytes in front of a pair's numbers.
    int scaleBytes() {
        int even = (groups() + 1) / 2 * 2; // bytes have the scales of two groups in a lane
        return 2 * even * kind.scale * WIDTH;
    }

    /// Bytes a pair of strips.
    long pairBytes() {
        return scaleBytes() + 8L * groups() * kind.words * WIDTH;
    }

    long bytes() {
        int pair = 2 * WIDTH;
        return (rows + pair - 1) / pair * pairBytes();
    }

    private long pair(int row) {
        return row / (2 * WIDTH) * pairBytes();
    }

    /// Where 32 bits of a row lie, from the beginning of all.
    ///
    /// @param word which of the row's
    long word(int row, int word) {
        int lane = row % (2 * WIDTH);
        return pair(row) + scaleBytes() + 4L * (2L * word * WIDTH + lane);
    }

    /// Where what a group is scaled with lies.
    long scale(int row, int group) {
        int strip = row / WIDTH % 2;
        long at = pair(row) + (long) strip * scaleBytes() / 2;
        int lane = row % WIDTH;
        return switch (kind) {
            case QUARTERS_HALVES -> at + 4L * (group * WIDTH + lane);
            case QUARTERS_FLOATS -> at + 8L * group * WIDTH + 4L * lane;
            case BYTES -> at + 4L * (group / 2 * WIDTH + lane) + group % 2 * 2L;
        };
    }

    /// Where its minimum lies, of numbers of 4 bits.
    long minimum(int row, int group) {
        long scale = scale(row, group);
        return kind == Kind.QUARTERS_HALVES ? scale + 2 : scale + 4L * WIDTH;
    }
}
