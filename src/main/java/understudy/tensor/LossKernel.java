package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Cross-entropy of rows of logits, and its gradient in their place.
final class LossKernel {
    private LossKernel() {}

    /// @param logits  `(n,V)`; becomes `softmax − onehot(target)` where `slope`
    /// @param targets one a row
    /// @param losses  `−log softmax[target]`, written
    static void run(
            Lanes lanes,
            long logits,
            int vocabulary,
            int[] targets,
            float[] losses,
            boolean slope,
            long from,
            long to) {
        for (long row = from; row < to; row++) {
            long at = logits + row * vocabulary * lanes.bytes();
            FloatVector most = Lanes.broadcast(Float.NEGATIVE_INFINITY);
            for (int i = 0; i < vocabulary; i += Lanes.WIDTH) {
                most = most.max(lanes.load(at, i));
            }
            float highest = most.reduceLanes(VectorOperators.MAX);
            FloatVector sums = Lanes.zero();
            for (int i = 0; i < vocabulary; i += Lanes.WIDTH) {
                sums = sums.add(Lanes.exp(lanes.load(at, i).sub(highest)));
            }
            float sum = Lanes.sum(sums);
            int target = targets[(int) row];
            float wanted = lanes.get(at, target) - highest;
            losses[(int) row] = (float) (Math.log(sum) - wanted);
            if (slope) {
                float inverse = 1 / sum;
                for (int i = 0; i < vocabulary; i += Lanes.WIDTH) {
                    FloatVector e = Lanes.exp(lanes.load(at, i).sub(highest));
                    lanes.store(e.mul(inverse), at, i);
                }
                lanes.set((float) (Math.exp(wanted) / sum - 1), at, target);
            }
        }
    }
}
