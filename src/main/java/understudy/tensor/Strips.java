package understudy.tensor;

/// How small whole numbers lie that are multiplied with one vector or a few: in strips of as many
/// rows as a vector has lanes, a lane a row.
///
/// Two strips are interwoven, see [StripVectors], and a group of their columns lies behind the
/// other. Of a group first the scales (and minima) of both, then the numbers: a vector with the
/// first 32 bits of each row of the one strip and a vector of the other, then the next 32 bits. So
/// a matrix is read as one stretch of memory, without a step back, and a product needs no sums over
/// lanes. Rows that fill up the last pair hold nothing but zeros.
///
/// @param rows    of the matrix
/// @param columns of the matrix, whole groups
/// @param kind    what a group holds
record Strips(int rows, int columns, Kind kind) {
    static final int GROUP = 32;

    /// Rows a strip; where there are no vectors, any number does.
    static final int WIDTH = RowBlock.vectors(GROUP) ? Lanes.WIDTH : 16;

    enum Kind {
        /// 4 bits, in the file's order; a lane holds the scale and the minimum of a row in halves.
        QUARTERS_HALVES(4, 2),
        /// 4 bits; scales of both strips in floats, then minima.
        QUARTERS_FLOATS(4, 4),
        /// Signed bytes; a lane holds the scales of a row of either strip in halves.
        BYTES(8, 1);

        private final int words; // 32 bits each
        private final int scales; // vectors

        Kind(int words, int scales) {
            this.words = words;
            this.scales = scales;
        }

        boolean quarters() {
            return this != BYTES;
        }

        /// Of a group in a row, 32 bits each.
        int words() {
            return words;
        }

        /// Bytes in front of the numbers of a group of two strips.
        int scaleBytes() {
            return 4 * scales * WIDTH;
        }

        /// Bytes of a group of two strips.
        int groupBytes() {
            return scaleBytes() + 8 * words * WIDTH;
        }
    }

    int groups() {
        return columns / GROUP;
    }

    /// Bytes a pair of strips.
    long pairBytes() {
        return (long) groups() * kind.groupBytes();
    }

    long bytes() {
        int pair = 2 * WIDTH;
        return (rows + pair - 1) / pair * pairBytes();
    }

    /// Where a group of the pair of strips that a row is in begins, from the beginning of all.
    private long group(int row, int group) {
        return row / (2 * WIDTH) * pairBytes() + (long) group * kind.groupBytes();
    }

    /// Where 32 bits of a row lie.
    ///
    /// @param word which of the row's
    long word(int row, int word) {
        long at = group(row, word / kind.words) + kind.scaleBytes();
        return at + 4L * (word % kind.words * 2 * WIDTH + row % (2 * WIDTH));
    }

    /// Where what a group is scaled with lies.
    long scale(int row, int group) {
        long at = group(row, group);
        return kind == Kind.BYTES
                ? at + 4L * (row % WIDTH) + 2L * (row / WIDTH % 2)
                : at + 4L * (row % (2 * WIDTH));
    }

    /// Where its minimum lies, of numbers of 4 bits.
    long minimum(int row, int group) {
        return scale(row, group) + (kind == Kind.QUARTERS_HALVES ? 2 : 8L * WIDTH);
    }
}
