package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The low-rank share of layers by the kernel against libtorch's operations in doubles.
final class LowRankKernelTest {
    private static final int[] OUTPUTS = {128, 64, 64};

    @ParameterizedTest
    @CsvSource({"64, 64, 16, true", "256, 192, 32, false", "192, 320, 64, true"})
    void agreesWithOperations(int tokens, int inputs, int rank, boolean dropout) {
        long seed = 20261128;
        torch.manual_seed(seed);
        Placement place = Placement.cpu(ComputeType.BF16);
        Kernels kernels = Kernels.of(place, inputs);
        assertThat(kernels).isNotNull();
        // the second layer has no adapter
        int[] offsets = {0, OUTPUTS[0] + OUTPUTS[1]};
        assertThat(kernels.lowRanks(tokens, inputs, rank, OUTPUTS))
                .isEqualTo(HalfTiles.available()); // elsewhere plain loops multiply here
        assertThat(kernels.lowRanks(tokens + 1, inputs, rank, OUTPUTS)).isFalse();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = random(tokens, inputs);
            Tensor y = random(tokens, 256);
            Tensor dy = random(tokens, 256);
            Tensor dx = random(tokens, inputs);
            Tensor a = random(2L * rank, inputs).mul_(new Scalar(0.1));
            List<Tensor> b = List.of(random(128, rank), random(64, rank));
            Tensor mask = random(tokens, inputs).gt(new Scalar(-1)).to(torch.ScalarType.BFloat16);
            mask.mul_(new Scalar(1.25));
            Tensor gradA = torch.ones(2L * rank, inputs);
            List<Tensor> gradB = List.of(torch.ones(128, rank), torch.ones(64, rank));
            Tensor used = dropout ? wide(x).mul(wide(mask)).to(torch.ScalarType.BFloat16) : x;
            Tensor expectedLow = wide(used).mm(wide(a).t());
            Tensor expectedY = wide(y);
            Tensor expectedDlow = wide(dy).new_zeros(tokens, 2L * rank);
            List<Tensor> expectedB = new ArrayList<>();
            for (int j = 0; j < 2; j++) {
                Tensor low = expectedLow.narrow(1, (long) j * rank, rank);
                Tensor dyj = wide(dy).narrow(1, offsets[j], b.get(j).size(0));
                Tensor part = expectedY.narrow(1, offsets[j], b.get(j).size(0));
                part.add_(low.mm(wide(b.get(j)).t()));
                expectedDlow.narrow(1, (long) j * rank, rank).copy_(dyj.mm(wide(b.get(j))));
                expectedB.add(dyj.t().mm(low).mul_(new Scalar(0.5)).add_(new Scalar(1)));
            }
            Tensor through = expectedDlow.mm(wide(a));
            Tensor expectedDx = wide(dx).add(dropout ? through.mul(wide(mask)) : through);
            Tensor expectedA = expectedDlow.t().mm(wide(used)).add_(new Scalar(1));

            Tensor dropped = dropout ? place.empty(tokens, inputs) : x;
            Tensor low = place.empty(tokens, 2L * rank);
            Kernels.LowRank what = new Kernels.LowRank(a, b, offsets);
            kernels.lowRank(what, x, dropout ? mask : null, dropped, low, y);
            Tensor dlow = place.empty(tokens, 2L * rank);
            Kernels.LowRankSaved saved = new Kernels.LowRankSaved(dy, dropped, low, dlow);
            kernels.lowRankBack(what, 0.5, saved, dropout ? mask : null, dx, gradA, gradB);
            String of = "seed " + seed;
            assertThat(apart(dropped, wide(used))).as(of).isZero();
            assertThat(apart(low, expectedLow)).as(of).isLessThan(0.004);
            assertThat(apart(y, expectedY)).as(of).isLessThan(0.004);
            assertThat(apart(dlow, expectedDlow)).as(of).isLessThan(0.004);
            assertThat(apart(dx, expectedDx)).as(of).isLessThan(0.004);
            assertThat(apart(gradA, expectedA)).as(of).isLessThan(0.004);
            assertThat(apart(gradB.get(0), expectedB.get(0))).as(of).isLessThan(0.004);
            assertThat(apart(gradB.get(1), expectedB.get(1))).as(of).isLessThan(0.004);
        }
    }

    private static Tensor random(long rows, long columns) {
        return torch.randn(rows, columns).to(torch.ScalarType.BFloat16);
    }

    private static Tensor wide(Tensor values) {
        return values.to(torch.ScalarType.Double);
    }

    /// Largest difference, as a share of the largest number.
    private static double apart(Tensor got, Tensor expected) {
        double most = expected.abs().max().item_double();
        return wide(got).sub(expected).abs().max().item_double() / most;
    }
}
