package understudy.tensor;

/// Cross-entropy of rows of logits, and its gradient in their place.
final class LossKernel {
    private LossKernel() {}

    /// @param logits  `(n,V)`; become `softmax − onehot(target)` where `slope`
    /// @param targets one a row
    /// @param losses  `−log softmax[target]`, written
    static void run(
            RowCodec codec,
            long logits,
            int vocabulary,
            int[] targets,
            float[] losses,
            boolean slope,
            long from,
            long to) {
        float[] values = new float[vocabulary];
        for (long row = from; row < to; row++) {
            long at = logits + row * vocabulary * codec.bytes();
            codec.read(at, values, vocabulary);
            float highest = RowMath.max(values, 0, vocabulary);
            int target = targets[(int) row];
            float wanted = values[target] - highest;
            RowMath.exp(values, 1, highest, values, 0, vocabulary);
            float sum = RowMath.sum(values, 0, vocabulary);
            losses[(int) row] = (float) (Math.log(sum) - wanted);
            if (slope) {
                RowMath.scale(values, 1 / sum, 0, vocabulary);
                values[target] -= 1;
                codec.write(values, at, vocabulary);
            }
        }
    }
}
