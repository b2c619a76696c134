package understudy.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Kernels;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// Rotary positions (Su et al. 2021): pair i of a head turns by `position · speed(i)`.
///
/// A pair is element i of the first half and element i of the second half, as in Hugging Face
/// checkpoints, not neighbours as in the paper; only the angle between two positions counts.
final class Rope implements AutoCloseable {
    private static final Scalar PLUS = Scopes.own(new Scalar(1.0));
    private static final Scalar MINUS = Scopes.own(new Scalar(-1.0));

    private final RopeConfig config;
    private final int headSize;
    private final Placement place;
    private final @Nullable Kernels kernels;
    private Tensor cosines; // (positions, D/2)
    private Tensor sines;
    private int positions;

    Rope(RopeConfig config, int headSize, Placement place) {
        this.config = config;
        this.headSize = headSize;
        this.place = place;
        this.kernels = Kernels.of(place, headSize / 2);
        this.cosines = Scopes.owned(() -> place.empty(0, headSize / 2));
        this.sines = Scopes.owned(() -> place.empty(0, headSize / 2));
    }

    /// Angle a position of each pair of a head, radians.
    double[] speeds() {
        return config.speeds(headSize);
    }

    /// Cosines and sines of the tokens of a row, each `(T,1,D/2)`, in the caller's scope.
    record Angles(Tensor cosines, Tensor sines) {}

    /// @param at position of each token in its conversation
    Angles at(int[] at) {
        int highest = 0;
        for (int position : at) {
            highest = Math.max(highest, position);
        }
        grow(highest + 1);
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor index = place.indices(at);
            Tensor cos = cosines.index_select(0, index).unsqueeze(1);
            Tensor sin = sines.index_select(0, index).unsqueeze(1);
            callers.attach(cos);
            callers.attach(sin);
            return new Angles(cos, sin);
        }
    }

    private synchronized void grow(int needed) {
        if (needed <= positions) {
            return;
        }
        int longer = Math.max(needed, Math.max(1024, 2 * positions));
        double[] speeds = config.speeds(headSize);
        float[] cos = new float[longer * speeds.length];
        float[] sin = new float[cos.length];
        for (int position = 0; position < longer; position++) {
            for (int i = 0; i < speeds.length; i++) {
                // the angle is a float in transformers, and goldens are compared at 1e-3
                double angle = position * (float) speeds[i];
                cos[position * speeds.length + i] = (float) Math.cos(angle);
                sin[position * speeds.length + i] = (float) Math.sin(angle);
            }
        }
        close();
        cosines = table(cos);
        sines = table(sin);
        positions = longer;
    }

    private Tensor table(float[] values) {
        return Scopes.owned(() -> {
            Tensor table = place.empty(values.length / (headSize / 2), headSize / 2);
            return table.copy_(place.floats(values).view(-1, headSize / 2));
        });
    }

    /// Turns the heads of `x` in place.
    ///
    /// @param x `(T, heads·D)`, may be some columns of a wider tensor
    void turn(Tensor x, Angles angles) {
        turn(x, angles, false);
    }

    /// Turns back: the gradient of [#turn], since a rotation's transpose is its inverse.
    void turnBack(Tensor x, Angles angles) {
        turn(x, angles, true);
    }

    private void turn(Tensor x, Angles angles, boolean back) {
        if (kernels != null) {
            kernels.turn(x, angles.cosines, angles.sines, back);
            return;
        }
        Scalar firstSign = back ? PLUS : MINUS;
        Scalar secondSign = back ? MINUS : PLUS;
        Scopes.run(() -> {
            Tensor heads = x.view(x.size(0), x.size(1) / headSize, 2, headSize / 2);
            Tensor first = heads.select(2, 0);
            Tensor second = heads.select(2, 1);
            Tensor before = first.clone();
            first.mul_(angles.cosines).addcmul_(second, angles.sines, firstSign);
            second.mul_(angles.cosines).addcmul_(before, angles.sines, secondSign);
        });
    }

    @Override
    public void close() {
        cosines.close();
        sines.close();
    }
}
