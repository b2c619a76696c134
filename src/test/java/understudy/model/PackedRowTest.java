package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.model.RowPass.PackedRow;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;

/// A row of several conversations is worth what they are worth one by one: attention, positions
/// and windows know each conversation alone.
class PackedRowTest {
    private static final long SEED = 20_261_127;
    private static final double TOLERANCE = 1e-5;

    private static List<Arguments> models() {
        List<Arguments> all = new ArrayList<>();
        for (String name : Golden.names()) {
            all.add(Arguments.of(name, Quantization.NONE));
        }
        all.add(Arguments.of("llama", Quantization.NF4));
        all.add(Arguments.of("gemma3", Quantization.NF4));
        return all;
    }

    /// Lengths with a conversation of one token, of less and of more than the 64 tokens to whose
    /// multiples a row is worked on.
    private static PackedRow row(Random random) {
        int[] lengths = {random.nextInt(2, 9), 1, random.nextInt(60, 80), random.nextInt(9, 40)};
        int[] starts = new int[lengths.length];
        BitSet scored = new BitSet();
        int at = 0;
        for (int i = 0; i < lengths.length; i++) {
            starts[i] = at;
            for (int j = 1; j < lengths[i]; j++) {
                scored.set(at + j, random.nextDouble() < 0.6);
            }
            at += lengths[i];
        }
        scored.set(1);
        return new PackedRow(random.ints(at, 0, 96).toArray(), starts, scored);
    }

    private static List<PackedRow> alone(PackedRow row) {
        List<PackedRow> all = new ArrayList<>();
        for (int s = 0; s < row.starts().length; s++) {
            int from = row.starts()[s];
            int to = s + 1 < row.starts().length ? row.starts()[s + 1] : row.ids().length;
            all.add(
                    new PackedRow(
                            Arrays.copyOfRange(row.ids(), from, to),
                            new int[] {0},
                            row.scored().get(from, to)));
        }
        return all;
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("models")
    void lossesAndGradientsAreThoseOfTheConversationsAlone(String name, Quantization quantization) {
        Placement place = Placement.cpu(ComputeType.F32);
        try (PointerScope scope = new PointerScope();
                LanguageModel model =
                        LanguageModel.load(TinyModel.folder(name), place, quantization);
                Adapter adapter = adapter(model)) {
            RowPass pass = new RowPass(model, false);
            for (int i = 0; i < 4; i++) {
                PackedRow row = row(new Random(SEED + i));
                double weight = 1.0 / row.scored().cardinality();
                List<Float> together = new ArrayList<>();
                add(together, pass.learn(row, weight, null));
                float[] gradients = Golden.array(adapter.gradients());
                adapter.gradients().zero_();
                List<Float> apart = new ArrayList<>();
                for (PackedRow each : alone(row)) {
                    add(apart, pass.learn(each, weight, null));
                }
                float[] summed = Golden.array(adapter.gradients());
                adapter.gradients().zero_();
                assertThat(together).hasSameSizeAs(apart).hasSize(row.scored().cardinality());
                assertThat(farthest(array(together), array(apart)))
                        .as("losses of %s, seed %d", name, SEED + i)
                        .isLessThan(TOLERANCE);
                assertThat(farthest(gradients, summed))
                        .as("gradients of %s, seed %d", name, SEED + i)
                        .isLessThan(TOLERANCE);
                assertThat(farthest(gradients, new float[gradients.length]))
                        .as("a gradient of nothing would be equal, too")
                        .isGreaterThan(100 * TOLERANCE);
            }
        }
    }

    /// An adapter whose B is not zero, so that A has a gradient, too.
    private static Adapter adapter(LanguageModel model) {
        Adapter adapter =
                Adapter.create(model, new LoraConfig(4, 8, 0, LoraConfig.ALL_TARGETS), SEED, true);
        Random random = new Random(SEED);
        float[] values = new float[(int) adapter.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        TinyModel.fill(adapter.parameters(), values);
        adapter.refresh();
        return adapter;
    }

    private static void add(List<Float> all, float[] more) {
        for (float each : more) {
            all.add(each);
        }
    }

    private static float[] array(List<Float> values) {
        float[] all = new float[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = values.get(i);
        }
        return all;
    }

    private static double farthest(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }
}
