package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import understudy.base.UserError;
import understudy.model.RowPass.PackedRow;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

/// Rows of several conversations, dropout, and both ways of the backward pass.
class RowPassTest {
    private static final long SEED = 23;

    private static final LoraConfig LORA = new LoraConfig(4, 8, 0.2, LoraConfig.ALL_TARGETS);

    /// Masks as a function of their place.
    private static DropoutMasks masks(Placement place) {
        return (layer, site, rows, columns) -> {
            Random random = new Random(31L * layer + site);
            float[] values = new float[Math.toIntExact(rows * columns)];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextDouble() < LORA.dropout() ? 0 : 1.25f;
            }
            return place.empty(rows, columns).copy_(place.floats(values).view(rows, columns));
        };
    }

    /// Three conversations; of the second nothing is learned.
    private static PackedRow row() {
        BitSet scored = new BitSet();
        scored.set(3, 14);
        scored.set(31, 50);
        return new PackedRow(
                new Random(SEED).ints(50, 0, 160).toArray(), new int[] {0, 15, 30}, scored);
    }

    /// An adapter that changes something: B is zero at the start.
    private static Adapter adapter(LanguageModel model) {
        Adapter adapter = Adapter.create(model, LORA, SEED, true);
        Random random = new Random(SEED);
        float[] values = new float[(int) adapter.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        TinyModel.fill(adapter.parameters(), values);
        adapter.refresh();
        return adapter;
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void runningBlocksAgainGivesTheSameBits(ComputeType type) {
        for (String name : List.of("llama", "llama3", "mistral")) {
            try (PointerScope scope = new PointerScope();
                    LanguageModel model = TinyModel.load(name, type);
                    Adapter adapter = adapter(model)) {
                float[] losses = new RowPass(model, false).learn(row(), 0.1, masks(model.place()));
                float[] gradients = Golden.array(adapter.gradients());
                adapter.gradients().zero_();
                float[] again = new RowPass(model, true).learn(row(), 0.1, masks(model.place()));
                assertThat(again).as(name).isEqualTo(losses);
                assertThat(Golden.array(adapter.gradients())).as(name).isEqualTo(gradients);
                assertThat(gradients).as(name).doesNotContain(Float.NaN);
            }
        }
    }

    /// The golden files know no dropout; here the loss itself is the judge: along any direction u
    /// it changes by `gradient·u`.
    @Test
    void gradientsThroughDropoutAreTheSlopeOfTheLoss() {
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama3", ComputeType.F32);
                Adapter adapter = adapter(model)) {
            RowPass pass = new RowPass(model, false);
            DropoutMasks masks = masks(model.place());
            pass.learn(row(), 1, masks);
            float[] gradients = Golden.array(adapter.gradients());
            float[] at = Golden.array(adapter.parameters());
            Random random = new Random(SEED);
            for (int direction = 0; direction < 5; direction++) {
                float[] u = new float[at.length];
                double slope = 0;
                for (int i = 0; i < u.length; i++) {
                    // mostly along the gradient, or the change would drown in rounding
                    u[i] = (float) (gradients[i] + 0.3 * random.nextGaussian());
                    slope += (double) gradients[i] * u[i];
                }
                double step = 2e-4;
                double up = lossAt(adapter, pass, masks, at, u, step);
                double down = lossAt(adapter, pass, masks, at, u, -step);
                double measured = (up - down) / (2 * step);
                assertThat(measured)
                        .as("direction %d", direction)
                        .isCloseTo(slope, within(0.01 * Math.abs(slope)));
            }
        }
    }

    private static double lossAt(
            Adapter adapter,
            RowPass pass,
            DropoutMasks masks,
            float[] at,
            float[] direction,
            double step) {
        float[] moved = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            moved[i] = (float) (at[i] + step * direction[i]);
        }
        TinyModel.fill(adapter.parameters(), moved);
        adapter.refresh();
        double sum = 0;
        for (float loss : pass.learn(row(), 1, masks)) {
            sum += loss;
        }
        return sum;
    }

    @Test
    void aConversationWithoutLearnedTokensContributesNothing() {
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = adapter(model)) {
            RowPass pass = new RowPass(model, false);
            PackedRow both = row();
            BitSet first = new BitSet();
            first.set(3, 14);
            float[] together = pass.learn(both, 1, null);
            float[] gradients = Golden.array(adapter.gradients());
            adapter.gradients().zero_();
            int[] ids = both.ids();
            float[] a =
                    pass.learn(
                            new PackedRow(Arrays.copyOf(ids, 15), new int[] {0}, first), 1, null);
            BitSet third = new BitSet();
            third.set(1, 20);
            float[] b =
                    pass.learn(
                            new PackedRow(Arrays.copyOfRange(ids, 30, 50), new int[] {0}, third),
                            1,
                            null);
            for (int i = 0; i < a.length; i++) {
                assertThat(together[i]).isCloseTo(a[i], within(1e-5f));
            }
            for (int i = 0; i < b.length; i++) {
                assertThat(together[a.length + i]).isCloseTo(b[i], within(1e-5f));
            }
            float[] apart = Golden.array(adapter.gradients());
            for (int i = 0; i < apart.length; i++) {
                assertThat(apart[i]).isCloseTo(gradients[i], within(1e-4f));
            }
        }
    }

    @Test
    void aRowWithoutLearnedTokensHasNoLossAndNoGradient() {
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = adapter(model)) {
            PackedRow row = new PackedRow(row().ids(), row().starts(), new BitSet());
            RowPass pass = new RowPass(model, false);
            assertThat(pass.score(row)).isEmpty();
            assertThat(pass.learn(row, 1, null)).isEmpty();
            assertThat(Golden.array(adapter.gradients())).containsOnly(0f);
        }
    }

    @Test
    void learningTwiceAddsGradients() {
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = adapter(model)) {
            RowPass pass = new RowPass(model, false);
            pass.learn(row(), 1, null);
            float[] once = Golden.array(adapter.gradients());
            pass.learn(row(), 1, null);
            float[] twice = Golden.array(adapter.gradients());
            for (int i = 0; i < once.length; i++) {
                assertThat(twice[i]).isCloseTo(2 * once[i], within(1e-4f));
            }
        }
    }

    @Test
    void anAdapterWithoutGradientsCannotLearnAndAnUnknownTokenIsNamed() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = Adapter.create(model, LORA, 1, false)) {
            RowPass pass = new RowPass(model, false);
            assertThat(adapter.size()).isPositive();
            assertThatThrownBy(() -> pass.learn(row(), 1, null))
                    .isInstanceOf(IllegalStateException.class);
            int[] ids = row().ids();
            ids[7] = 160;
            assertThatThrownBy(() -> pass.score(new PackedRow(ids, new int[] {0}, row().scored())))
                    .isInstanceOfSatisfying(
                            UserError.class, e -> assertThat(e.where()).contains("160"));
        }
    }

    @Test
    void rowsThatMakeNoSenseAreRefused() {
        int[] ids = {1, 2, 3};
        BitSet none = new BitSet();
        assertThatThrownBy(() -> new PackedRow(new int[0], new int[] {0}, none))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PackedRow(ids, new int[0], none))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PackedRow(ids, new int[] {1}, none))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PackedRow(ids, new int[] {0, 2, 1}, none))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PackedRow(ids, new int[] {0, 3}, none))
                .isInstanceOf(IllegalArgumentException.class);
        BitSet first = new BitSet();
        first.set(2);
        assertThatThrownBy(() -> new PackedRow(ids, new int[] {0, 2}, first))
                .isInstanceOf(IllegalArgumentException.class);
        BitSet behind = new BitSet();
        behind.set(3);
        assertThatThrownBy(() -> new PackedRow(ids, new int[] {0}, behind))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
