package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Products without unpacking to memory against sums in doubles of the unpacked matrix, for widths
/// of whole and of half stretches, odd numbers of rows, and one vector or several.
class RowBlockTest {
    private static final long SEED = 20261127;
    private static final int[] COLUMNS = {32, 64, 96, 128, 192, 512, 576, 1088};
    private static final int[] ROWS = {1, 2, 3, 16, 18, 35};
    private static final int MOST = 13;
    private static final int[] FIRST = {0, 1, 4, 7, 8};

    @ParameterizedTest
    @EnumSource(Quantization.class)
    void productsAreThoseOfTheUnpackedMatrix(Quantization way) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int columns : COLUMNS) {
            for (int rows : ROWS) {
                float[] values = new float[rows * columns];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextGaussian(0.01, 0.05);
                }
                check(way, values, rows, columns, random);
            }
        }
    }

    private static void check(
            Quantization way, float[] values, int rows, int columns, SplittableRandom random) {
        try (PointerScope scope = new PointerScope();
                FrozenMatrices matrices = new FrozenMatrices(Placement.cpu(ComputeType.F32), way)) {
            Tensor given = torch.tensor(values).view(rows, columns);
            FrozenMatrices.Part part =
                    new FrozenMatrices.Part(rows, (from, count) -> given.narrow(0, from, count));
            try (FrozenMatrix matrix = matrices.of(List.of(part), columns)) {
                float[] dense = new float[values.length];
                matrix.dense().to(torch.ScalarType.Float).data_ptr_float().get(dense);
                check(way.toString(), dense, matrix.blocks(), rows, columns, random);
            }
        }
    }

    private static void check(
            String way,
            float[] dense,
            List<RowBlock> blocks,
            int rows,
            int columns,
            SplittableRandom random) {
        Activations x = new Activations(MOST, columns);
        for (int i = 0; i < x.values().length; i++) {
            x.values()[i] = (float) random.nextGaussian();
        }
        List<float[]> alone = new ArrayList<>();
        for (int which = 0; which < MOST; which++) {
            alone.add(products(blocks, rows, x, which, 1).getFirst());
            compare(dense, x, which, rows, columns, alone.getLast(), way);
        }
        for (int first : FIRST) {
            for (int count = 2; count <= MOST - first; count++) {
                List<float[]> together = products(blocks, rows, x, first, count);
                for (int i = 0; i < count; i++) {
                    assertThat(together.get(i))
                            .as("%s %dx%d, %d of %d", way, rows, columns, first + i, count)
                            .isEqualTo(alone.get(first + i));
                }
            }
        }
    }

    /// As an adapter's factors B are read; ranks may be odd.
    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void narrowRowsMultiplyAsAnyOthers(ComputeType type) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int columns : new int[] {1, 2, 4, 7, 8, 16, 32, 64}) {
            for (int rows : ROWS) {
                float[] values = new float[rows * columns];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextGaussian(0.01, 0.05);
                }
                try (PointerScope scope = new PointerScope()) {
                    Tensor given =
                            torch.tensor(values).view(rows, columns).to(type.scalar()).contiguous();
                    float[] dense = new float[values.length];
                    given.to(torch.ScalarType.Float).data_ptr_float().get(dense);
                    RowBlock block = RowBlock.ofNarrow(given);
                    check("narrow " + type, dense, List.of(block), rows, columns, random);
                }
            }
        }
    }

    @Test
    void groupsOfBytesAreReadAsTheyAreStored() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int columns : COLUMNS) {
            for (int rows : ROWS) {
                ByteBuffer stored =
                        ByteBuffer.allocate(rows * columns / 32 * 34)
                                .order(ByteOrder.LITTLE_ENDIAN);
                float[] dense = new float[rows * columns];
                for (int i = 0; i < dense.length; i++) {
                    if (i % 32 == 0) {
                        stored.putShort(Float.floatToFloat16(random.nextFloat() / 100));
                    }
                    float scale = Float.float16ToFloat(stored.getShort(i / 32 * 34));
                    byte q = (byte) random.nextInt(-128, 128);
                    stored.put(q);
                    dense[i] = scale * q;
                }
                try (ByteGroups groups =
                        ByteGroups.of(MemorySegment.ofArray(stored.array()), rows, columns)) {
                    check("q8_0", dense, List.of(groups.block()), rows, columns, random);
                }
            }
        }
    }

    /// As K-quants bring them: their scales are products that a half would round.
    @Test
    void scalesThatHalvesCannotHoldAreKept() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int columns : COLUMNS) {
            for (int rows : ROWS) {
                byte[] quants = new byte[rows * columns];
                float[] scales = new float[quants.length / 32];
                float[] minima = new float[scales.length];
                for (int i = 0; i < scales.length; i++) {
                    scales[i] = random.nextFloat() / 100;
                    minima[i] = -random.nextFloat() / 10;
                }
                float[] dense = new float[quants.length];
                for (int i = 0; i < quants.length; i++) {
                    quants[i] = (byte) random.nextInt(16);
                    dense[i] = quants[i] * scales[i / 32] + minima[i / 32];
                }
                PackedPart packed = Int4.take(quants, scales, minima);
                try (StripPart part = StripPart.of(packed, columns)) {
                    assertThat(part.form().kind()).isEqualTo(Strips.Kind.QUARTERS_FLOATS);
                    check("q4_k", dense, List.of(part.block(columns)), rows, columns, random);
                }
            }
        }
    }

    private static void compare(
            float[] dense,
            Activations x,
            int which,
            int rows,
            int columns,
            float[] products,
            String way) {
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            double size = 0;
            for (int c = 0; c < columns; c++) {
                double product =
                        (double) dense[row * columns + c] * x.values()[which * columns + c];
                sum += product;
                size += Math.abs(product);
            }
            assertThat((double) products[row])
                    .as("%s %dx%d, row %d (seed %d)", way, rows, columns, row, SEED)
                    .isCloseTo(sum, within(2e-6 * size + 1e-7));
        }
    }

    /// Products with vectors `first` to `first + count - 1`.
    private static List<float[]> products(
            List<RowBlock> blocks, int rows, Activations x, int first, int count) {
        List<float[]> products = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            products.add(new float[rows]);
        }
        x.filled(MOST);
        int from = 0;
        for (RowBlock block : blocks) {
            int begin = from;
            block.prepare(x);
            block.multiply(
                    x,
                    first,
                    count,
                    0,
                    block.rows(),
                    new RowBlock.Scratch(MOST),
                    (row, some, which, sums, at) ->
                            System.arraycopy(
                                    sums, at, products.get(which - first), begin + row, some));
            from += block.rows();
        }
        return products;
    }
}
