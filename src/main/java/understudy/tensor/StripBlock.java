package understudy.tensor;

import java.util.Arrays;

/// Rows that lie in strips.
final class StripBlock extends RowBlock {
    /// Groups that are made whole numbers at once for several vectors: those stay in the first
    /// cache.
    private static final int AT_ONCE = 4;

    private final StripPart part;
    private final Strips form;
    private final StripScales scaled;
    private final long address;

    StripBlock(StripPart part) {
        super(part.form().rows(), part.form().columns(), true);
        this.part = part;
        this.form = part.form();
        this.scaled = StripScales.of(form.kind());
        this.address = part.address();
    }

    @Override
    void run(Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        int pair = 2 * Lanes.WIDTH;
        scratch.strips(
                AT_ONCE * pair, (count + 7) / 4 * 4 * pair, 4L * pair * AT_ONCE * Strips.GROUP);
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
        float[] parts = scratch.row(AT_ONCE * 4 * pair);
        Arrays.fill(scratch.sums(), 0, (count + 3) / 4 * 4 * pair, 0f);
        StripVectors.Scales scales = new StripVectors.Scales(scratch.scales, scratch.minima);
        for (int group = 0; group < form.groups(); group += AT_ONCE) {
            int now = Math.min(AT_ONCE, form.groups() - group);
            StripVectors.Two some = groups(strips, group, now);
            if (form.kind().quarters()) {
                StripVectors.scales(some, scaled, scales);
                StripVectors.readQuarters(some, scratch.whole());
            } else {
                StripVectors.scalesOfBytes(some, scaled, scales);
                StripVectors.readBytes(some, scratch.whole());
            }
            for (int i = 0; i < count; i += 4) {
                int last = first + count - 1;
                int a = first + i;
                StripVectors.Four four =
                        new StripVectors.Four(
                                x.values(),
                                place(a, group),
                                place(Math.min(a + 1, last), group),
                                place(Math.min(a + 2, last), group),
                                place(Math.min(a + 3, last), group),
                                x.in(Activations.Form.SUMS));
                StripVectors.four(scratch.whole(), now, four, parts);
                StripVectors.scale(parts, now, scales, four, scratch.sums(), i * pair);
            }
        }
    }

    private StripVectors.Two groups(long strips, int from, int count) {
        Strips.Kind kind = form.kind();
        return new StripVectors.Two(
                strips + (long) from * kind.groupBytes(),
                count,
                kind.groupBytes(),
                kind.scaleBytes());
    }

    private int place(int vector, int group) {
        return vector * columns() + group * Strips.GROUP;
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
