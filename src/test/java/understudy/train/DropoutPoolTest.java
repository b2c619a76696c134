package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import understudy.model.DropoutMasks;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

class DropoutPoolTest {
    private static final double P = 0.3;
    private static final int ROWS = 100;
    private static final int COLUMNS = 200;

    private static DropoutPool pool() {
        return new DropoutPool(Placement.cpu(ComputeType.F32), P, ROWS * COLUMNS, 11);
    }

    private static float[] mask(DropoutPool pool, int step, int row, int layer, int site) {
        try (PointerScope scope = new PointerScope()) {
            Tensor mask = pool.of(step, row).mask(layer, site, ROWS, COLUMNS);
            assertThat(mask.size(0)).isEqualTo(ROWS);
            assertThat(mask.size(1)).isEqualTo(COLUMNS);
            float[] values = new float[ROWS * COLUMNS];
            mask.contiguous().data_ptr_float().get(values);
            return values;
        }
    }

    @Test
    void theSamePlaceHasTheSameMaskAndOthersHaveOthers() {
        try (DropoutPool pool = pool()) {
            Set<String> masks = new HashSet<>();
            for (int step : new int[] {0, 1, 7, 8, 9}) {
                for (int row = 0; row < 2; row++) {
                    for (int layer = 0; layer < 3; layer++) {
                        for (int site = 0; site < 4; site++) {
                            float[] mask = mask(pool, step, row, layer, site);
                            assertThat(mask(pool, step, row, layer, site)).isEqualTo(mask);
                            masks.add(Arrays.toString(mask));
                        }
                    }
                }
            }
            assertThat(masks).hasSize(5 * 2 * 3 * 4);
        }
    }

    @Test
    void asMuchIsDroppedAsAskedForAndTheRestIsScaledUp() {
        try (DropoutPool pool = pool()) {
            int dropped = 0;
            int all = 0;
            for (int step = 0; step < 40; step += DropoutPool.LIFETIME) {
                for (float value : mask(pool, step, 0, 0, 0)) {
                    all++;
                    if (value == 0) {
                        dropped++;
                    } else {
                        assertThat(value).isCloseTo((float) (1 / (1 - P)), within(1e-6f));
                    }
                }
            }
            double sigma = Math.sqrt(P * (1 - P) / all);
            assertThat((double) dropped / all).isCloseTo(P, within(4 * sigma));
        }
    }

    @Test
    void aPoolThatIsMadeAnewInMidRunGivesTheSameMasks() {
        for (int step : new int[] {0, 5, 13, 64}) {
            float[] unbroken;
            try (DropoutPool pool = pool()) {
                for (int before = 0; before < step; before++) {
                    mask(pool, before, 0, 0, 0);
                }
                unbroken = mask(pool, step, 1, 2, 3);
            }
            try (DropoutPool resumed = pool()) {
                assertThat(mask(resumed, step, 1, 2, 3)).as("step %d", step).isEqualTo(unbroken);
            }
        }
    }

    @Test
    void aMaskOverTheLargestIsRefused() {
        try (PointerScope scope = new PointerScope();
                DropoutPool pool = pool()) {
            DropoutMasks masks = pool.of(0, 0);
            assertThatThrownBy(() -> masks.mask(0, 0, ROWS + 1, COLUMNS))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theVectorIsDrawnAnewNowAndThen() {
        try (DropoutPool pool = pool();
                DropoutPool other =
                        new DropoutPool(Placement.cpu(ComputeType.F32), P, ROWS * COLUMNS, 12)) {
            assertThat(mask(pool, 0, 0, 0, 0)).isNotEqualTo(mask(other, 0, 0, 0, 0));
            assertThat(mask(pool, DropoutPool.LIFETIME, 0, 0, 0))
                    .isNotEqualTo(mask(pool, 0, 0, 0, 0));
        }
    }

    @Test
    void bf16MasksAreExactZerosAndOneRoundedNumber() {
        try (PointerScope scope = new PointerScope();
                DropoutPool pool =
                        new DropoutPool(Placement.cpu(ComputeType.BF16), 0.5, ROWS * COLUMNS, 3)) {
            Tensor mask = pool.of(0, 0).mask(0, 0, ROWS, COLUMNS);
            float[] values = new float[ROWS * COLUMNS];
            mask.to(org.bytedeco.pytorch.global.torch.ScalarType.Float)
                    .contiguous()
                    .data_ptr_float()
                    .get(values);
            for (float value : values) {
                assertThat(value == 0 || value == 2).isTrue();
            }
        }
    }
}
