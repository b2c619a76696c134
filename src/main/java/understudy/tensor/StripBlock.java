package understudy.tensor;

import java.util.Arrays;

/// Rows that lie in strips.
final class StripBlock extends RowBlock {
    /// Groups that several vectors are multiplied with before others: their scales and products
    /// stay in the first cache.
    private static final int AT_ONCE = 4;

    private final StripPart part;
    private final Strips form;
    private final StripScales scaled;
    private final StripVectors.Numbers numbers;
    private final long address;

    StripBlock(StripPart part) {
        super(part.form().rows(), part.form().columns(), true);
        this.part = part;
        this.form = part.form();
        this.scaled = StripScales.of(form.kind());
        this.numbers = StripVectors.Numbers.of(form.kind());
        this.address = part.address();
    }

    @Override
    void run(Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        int pair = 2 * Lanes.WIDTH;
        scratch.strips(AT_ONCE * pair, (count + 7) / 8 * 8 * pair);
        for (int row = from / pair * pair; row < to; row += pair) {
            long strips = address + row / pair * form.pairBytes();
            if (count == 1) {
                one(strips, x, first, scratch);
            } else {
                several(strips, x, first, count, scratch);
            }
            int begin = Math.max(from, row);
            int rows = Math.min(to, row + pair) - begin;
            for (int i = 0; i < count; i++) {
                taker.take(begin, rows, first + i, scratch.sums(), i * pair + begin - row);
            }
        }
    }

    private void one(long strips, Activations x, int which, Scratch scratch) {
        StripVectors.Two two = groups(strips, 0, form.groups());
        StripVectors.One one =
                new StripVectors.One(
                        x.values(),
                        which * columns(),
                        x.in(Activations.Form.SUMS),
                        which * form.groups());
        if (form.kind().quarters()) {
            StripVectors.quarters(two, scaled, one, scratch.sums());
        } else {
            StripVectors.bytes(two, scaled, one, scratch.sums());
        }
    }

    private void several(long strips, Activations x, int first, int count, Scratch scratch) {
        int pair = 2 * Lanes.WIDTH;
        float[] sums = scratch.sums();
        float[] parts = scratch.row(AT_ONCE * 8 * pair);
        Arrays.fill(sums, 0, count * pair, 0f);
        StripVectors.Scales scales = new StripVectors.Scales(scratch.scales, scratch.minima);
        for (int group = 0; group < form.groups(); group += AT_ONCE) {
            int now = Math.min(AT_ONCE, form.groups() - group);
            StripVectors.Two some = groups(strips, group, now);
            if (form.kind().quarters()) {
                StripVectors.scales(some, scaled, scales);
            } else {
                StripVectors.scalesOfBytes(some, scaled, scales);
            }
            for (int i = 0; i < count; i += 8) {
                int texts = Math.min(8, count - i);
                StripVectors.Several several = several(x, first + i, texts, group);
                if (texts > 4) {
                    StripVectors.eight(some, numbers, several, parts);
                } else {
                    StripVectors.four(some, numbers, several, parts);
                }
                int of = texts > 4 ? 8 : 4;
                StripVectors.scale(parts, of, now, scales, several, sums, i * pair);
            }
        }
    }

    /// Some vectors from a group on; the last one stands for those that are missing.
    private StripVectors.Several several(Activations x, int first, int count, int group) {
        int[] starts = new int[8];
        int[] sums = new int[8];
        for (int i = 0; i < 8; i++) {
            int vector = first + Math.min(i, count - 1);
            starts[i] = vector * columns() + group * Strips.GROUP;
            sums[i] = vector * form.groups() + group;
        }
        return new StripVectors.Several(x.values(), starts, x.in(Activations.Form.SUMS), sums);
    }

    private StripVectors.Two groups(long strips, int from, int count) {
        Strips.Kind kind = form.kind();
        return new StripVectors.Two(
                strips + (long) from * kind.groupBytes(),
                count,
                kind.groupBytes(),
                kind.scaleBytes());
    }

    @Override
    Activations.Form form() {
        return Activations.Form.SUMS;
    }

    @Override
    void readPlain(int row, float[] to, int at) {
        for (int c = 0; c < columns(); c++) {
            int group = c / Strips.GROUP;
            if (form.kind().quarters()) {
                int shift = c % 2 == 0 ? 4 : 0; // the first of a byte is in its high half
                int q = part.word(row, c / 8) >> (c % 8 / 2 * 8 + shift) & 15;
                to[at + c] = q * part.scale(row, group) + part.minimum(row, group);
            } else {
                int q = (byte) (part.word(row, c / 4) >> (c % 4 * 8));
                to[at + c] = q * part.scale(row, group);
            }
        }
    }
}
