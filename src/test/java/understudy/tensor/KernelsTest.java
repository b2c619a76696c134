package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Kernels against the formulas in double precision, in both compute types.
class KernelsTest {
    private static final int ROWS = 37;
    private static final int SIZE = 96;

    private final Random random = new Random(20261125);

    private Tensor random(ComputeType type, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextGaussian());
        }
        return torch.tensor(values).to(type.scalar()).view(rows, columns);
    }

    private static float[] floats(Tensor tensor) {
        Tensor plain = tensor.to(torch.ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(plain.numel())];
        plain.data_ptr_float().get(values);
        return values;
    }

    private static Kernels kernels(ComputeType type) {
        Kernels kernels = Kernels.of(Placement.cpu(type));
        assertThat(kernels).as("the build's flags open the Vector API").isNotNull();
        return kernels;
    }

    private static void close(ComputeType type, float actual, double expected, String what) {
        double error = type == ComputeType.BF16 ? 1.0 / 256 : 4e-6;
        assertThat(Math.abs(actual - expected))
                .as("%s in %s: %s for %s", what, type, actual, expected)
                .isLessThanOrEqualTo(error * Math.max(0.05, Math.abs(expected)));
    }

    /// Some columns of wider rows, so that those beside them must stay as they are.
    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void headsAreTurnedAndTurnedBack(ComputeType type) {
        int heads = 3;
        int half = 32;
        int size = 2 * half * heads;
        try (PointerScope scope = new PointerScope()) {
            Tensor wide = random(type, ROWS, size + 64);
            float[] before = floats(wide);
            Tensor angles = random(ComputeType.F32, ROWS, half);
            Tensor cos = angles.cos().to(type.scalar()).unsqueeze(1);
            Tensor sin = angles.sin().to(type.scalar()).unsqueeze(1);
            float[] c = floats(cos);
            float[] s = floats(sin);
            kernels(type).turn(wide.narrow(1, 0, size), cos, sin, false);
            float[] turned = floats(wide);
            kernels(type).turn(wide.narrow(1, 0, size), cos, sin, true);
            float[] back = floats(wide);
            double error = type == ComputeType.BF16 ? 1.0 / 16 : 4e-6;
            for (int row = 0; row < ROWS; row++) {
                for (int i = 0; i < size + 64; i++) {
                    int at = row * (size + 64) + i;
                    double expected = before[at];
                    if (i < size) {
                        int pair = row * half + i % half;
                        boolean first = i % (2 * half) < half;
                        expected =
                                first
                                        ? (double) before[at] * c[pair]
                                                - (double) before[at + half] * s[pair]
                                        : (double) before[at] * c[pair]
                                                + (double) before[at - half] * s[pair];
                    }
                    assertThat((double) turned[at])
                            .as("row %s, column %s", row, i)
                            .isCloseTo(expected, within(error));
                    assertThat((double) back[at])
                            .as("back: row %s, column %s", row, i)
                            .isCloseTo(before[at], within(2 * error));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void normAndItsGradient(ComputeType type) {
        try (PointerScope scope = new PointerScope()) {
            Placement place = Placement.cpu(type);
            Tensor x = random(type, ROWS, SIZE);
            Tensor w = random(type, 1, SIZE).view(SIZE);
            Tensor dy = random(type, ROWS, SIZE);
            Tensor plus = random(type, ROWS, SIZE);
            Tensor y = place.empty(ROWS, SIZE);
            Tensor inverse = place.empty(torch.ScalarType.Float, ROWS, 1);
            Tensor dx = place.empty(ROWS, SIZE);
            kernels(type).norm(x, w, y, inverse, 1e-5);
            kernels(type).normBack(dy, x, w, inverse, plus, dx);
            float[] in = floats(x);
            float[] weight = floats(w);
            float[] slope = floats(dy);
            float[] add = floats(plus);
            for (int row = 0; row < ROWS; row++) {
                double squares = 0;
                double dot = 0;
                for (int i = 0; i < SIZE; i++) {
                    double v = in[row * SIZE + i];
                    squares += v * v;
                    dot += v * slope[row * SIZE + i] * weight[i];
                }
                double inv = 1 / Math.sqrt(squares / SIZE + 1e-5);
                for (int i = 0; i < SIZE; i++) {
                    int at = row * SIZE + i;
                    close(type, floats(y)[at], in[at] * inv * weight[i], "norm");
                    double g = slope[at] * weight[i];
                    double d = inv * (g - in[at] * inv * inv * dot / SIZE) + add[at];
                    close(type, floats(dx)[at], d, "its gradient");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void gateAndItsGradient(ComputeType type) {
        try (PointerScope scope = new PointerScope()) {
            Placement place = Placement.cpu(type);
            Tensor wide = random(type, ROWS, 2 * SIZE);
            Tensor dy = random(type, ROWS, SIZE);
            Tensor out = place.empty(ROWS, SIZE);
            Tensor dwide = place.empty(ROWS, 2 * SIZE);
            kernels(type).gate(wide, out);
            kernels(type).gateBack(dy, wide, dwide);
            float[] in = floats(wide);
            float[] result = floats(out);
            float[] slopes = floats(dwide);
            for (int at = 0; at < result.length; at++) {
                int row = at / SIZE;
                int gate = row * 2 * SIZE + at % SIZE;
                double g = in[gate];
                double up = in[gate + SIZE];
                double sigma = 1 / (1 + Math.exp(-g));
                double d = floats(dy)[at];
                close(type, result[at], g * sigma * up, "gate");
                close(type, slopes[gate], d * up * sigma * (1 + g * (1 - sigma)), "dgate");
                close(type, slopes[gate + SIZE], d * g * sigma, "dup");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void softmaxSeesWhatTheMaskAllowsAndNothingElse(ComputeType type) {
        int c = 32;
        int past = 32;
        int n = 64;
        for (int window : new int[] {0, 7, 40}) {
            try (PointerScope scope = new PointerScope()) {
                Tensor scores = random(type, 3 * c, n);
                Tensor slopes = random(type, 3 * c, n);
                double[] before = wide(floats(scores));
                double[] dp = wide(floats(slopes));
                kernels(type).softmax(scores, c, past, window, 0.5);
                kernels(type).softmaxBack(scores, slopes, 0.5);
                float[] p = floats(scores);
                float[] ds = floats(slopes);
                for (int row = 0; row < 3 * c; row++) {
                    int seen = past + row % c + 1;
                    int first = window == 0 ? 0 : Math.max(0, seen - window);
                    double sum = 0;
                    for (int i = first; i < seen; i++) {
                        sum += Math.exp(0.5 * before[row * n + i]);
                    }
                    double dot = 0;
                    for (int i = 0; i < n; i++) {
                        dot += p[row * n + i] * dp[row * n + i];
                    }
                    for (int i = 0; i < n; i++) {
                        int at = row * n + i;
                        boolean visible = i >= first && i < seen;
                        double share = visible ? Math.exp(0.5 * before[at]) / sum : 0;
                        close(type, p[at], share, "softmax");
                        assertThat(visible || p[at] == 0).isTrue();
                        close(type, ds[at], 0.5 * p[at] * (dp[at] - dot), "its gradient");
                    }
                }
            }
        }
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void lossAndItsGradient(ComputeType type) {
        int vocabulary = 160;
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = random(type, 5, vocabulary).mul_(new Scalar(4));
            float[] before = floats(logits);
            int[] targets = {0, 159, 17, 80};
            float[] losses = kernels(type).loss(logits, targets, true);
            float[] after = floats(logits);
            for (int row = 0; row < 5; row++) {
                double sum = 0;
                for (int i = 0; i < vocabulary; i++) {
                    sum += Math.exp(before[row * vocabulary + i]);
                }
                for (int i = 0; i < vocabulary; i++) {
                    int at = row * vocabulary + i;
                    if (row == targets.length) {
                        assertThat(after[at]).as("a row behind the last").isEqualTo(before[at]);
                        continue;
                    }
                    double p = Math.exp(before[at]) / sum;
                    close(type, after[at], p - (i == targets[row] ? 1 : 0), "slope");
                }
                if (row < targets.length) {
                    double loss = Math.log(sum) - before[row * vocabulary + targets[row]];
                    assertThat((double) losses[row]).isCloseTo(loss, within(1e-4));
                }
            }
        }
    }

    @Test
    void aNumberThatIsNoneStaysNone() {
        try (PointerScope scope = new PointerScope()) {
            Tensor scores = random(ComputeType.BF16, 32, 64);
            scores.narrow(0, 3, 1).narrow(1, 5, 1).fill_(new Scalar(Float.NaN));
            kernels(ComputeType.BF16).softmax(scores, 32, 32, 0, 1);
            assertThat(floats(scores)[3 * 64 + 10]).isNaN();
            Tensor wide = random(ComputeType.BF16, 1, 64);
            wide.narrow(1, 2, 1).fill_(new Scalar(Float.NaN));
            Tensor out = Placement.cpu(ComputeType.BF16).empty(1, 32);
            kernels(ComputeType.BF16).gate(wide, out);
            assertThat(floats(out)[2]).isNaN();
        }
    }

    @Test
    void runsRepeatToTheBitHoweverWarm() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = random(ComputeType.F32, 64, 576);
            Tensor w = random(ComputeType.F32, 1, 576).view(576);
            Placement place = Placement.cpu(ComputeType.F32);
            Tensor inverse = place.empty(torch.ScalarType.Float, 64, 1);
            float[] first = null;
            for (int i = 0; i < 3000; i++) {
                Tensor y = place.empty(64, 576);
                kernels(ComputeType.F32).norm(x, w, y, inverse, 1e-5);
                if (first == null) {
                    first = floats(y);
                } else if (i % 500 == 0 || i == 2999) {
                    assertThat(floats(y)).isEqualTo(first);
                }
                y.close();
            }
        }
    }
}
