package understudy.tensor;

/// Dropout: masks of 0 and 1/(1-p) times what they fall on.
final class MaskKernel {
    /// Numbers a piece of work.
    static final int PIECE = 1024;

    private MaskKernel() {}

    /// `sum + part ∘ mask`, in place.
    ///
    /// @param size numbers in all
    /// @param from first piece
    /// @param to   behind the last piece
    static void add(RowCodec codec, long[] at, long size, long from, long to) {
        float[] sum = new float[PIECE];
        float[] part = new float[PIECE];
        float[] mask = new float[PIECE];
        for (long piece = from; piece < to; piece++) {
            int count = (int) Math.min(PIECE, size - piece * PIECE);
            long shift = piece * PIECE * codec.bytes();
            codec.read(at[0] + shift, sum, count);
            codec.read(at[1] + shift, part, count);
            codec.read(at[2] + shift, mask, count);
            RowMath.multiplyAdd(part, mask, sum, count);
            codec.write(sum, at[0] + shift, count);
        }
    }
}
