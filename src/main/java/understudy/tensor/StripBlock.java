package understudy.tensor;

import java.util.Arrays;

/// Rows that lie in strips.
final class StripBlock extends RowBlock {
    /// Groups that are made whole weights at once for several vectors: they stay in the first
    /// cache.
    private static final int AT_ONCE = 4;

    private final StripPart part;
    private final Strips form;
    private final long address;

    StripBlock(StripPart part) {
        super(part.form().rows(), part.form().columns(), true);
        this.part = part;
        this.form = part.form();
        this.address = part.address();
    }

    @Override
    void run(Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        int pair = 2 * Lanes.WIDTH;
        int apart = apart();
        scratch.strips(2 * apart, (count + 7) / 4 * 4 * pair, 4L * pair * AT_ONCE * Strips.GROUP);
        for (int row = from / pair * pair; row < to; row += pair) {
            long strip = address + row / pair * form.pairBytes();
            scales(strip, scratch, 0);
            scales(strip + form.scaleBytes() / 2, scratch, apart);
            if (count == 1) {
                one(strip, x, first, scratch);
            } else {
                several(strip, x, first, count, scratch);
            }
            int begin = Math.max(from, row);
            int rows = Math.min(to, row + pair) - begin;
            for (int i = 0; i < count; i++) {
                taker.take(begin, rows, first + i, scratch.sums(), i * pair + begin - row);
            }
        }
    }

    /// How far the scales of the second strip lie behind those of the first: whole pairs of groups.
    private int apart() {
        return (form.groups() + 1) / 2 * 2 * Lanes.WIDTH;
    }

    private void scales(long strip, Scratch scratch, int to) {
        int groups = form.groups();
        switch (form.kind()) {
            case QUARTERS_HALVES ->
                    StripVectors.halves(strip, groups, scratch.scales, scratch.minima, to);
            case QUARTERS_FLOATS ->
                    StripVectors.floats(strip, groups, scratch.scales, scratch.minima, to);
            case BYTES -> StripVectors.pairs(strip, groups, scratch.scales, scratch.minima, to);
        }
    }

    private void one(long strip, Activations x, int which, Scratch scratch) {
        long numbers = strip + form.scaleBytes();
        StripVectors.Two two = new StripVectors.Two(numbers, form.groups());
        StripVectors.Scales scales = scales(scratch, 0);
        StripVectors.One one =
                new StripVectors.One(
                        x.values(),
                        which * columns(),
                        x.in(Activations.Form.SUMS),
                        which * form.groups());
        if (form.kind().quarters()) {
            StripVectors.quarters(two, scales, one, scratch.sums(), 0);
        } else {
            StripVectors.bytes(two, scales, one, scratch.sums(), 0);
        }
    }

    private void several(long strip, Activations x, int first, int count, Scratch scratch) {
        int pair = 2 * Lanes.WIDTH;
        float[] parts = scratch.row(AT_ONCE * 4 * pair);
        Arrays.fill(scratch.sums(), 0, (count + 3) / 4 * 4 * pair, 0f);
        for (int group = 0; group < form.groups(); group += AT_ONCE) {
            int now = Math.min(AT_ONCE, form.groups() - group);
            read(strip, group, now, scratch);
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
                StripVectors.scale(
                        parts, now, scales(scratch, group), four, scratch.sums(), i * pair);
            }
        }
    }

    private int place(int vector, int group) {
        return vector * columns() + group * Strips.GROUP;
    }

    private StripVectors.Scales scales(Scratch scratch, int group) {
        return new StripVectors.Scales(
                scratch.scales, scratch.minima, group * Lanes.WIDTH, apart());
    }

    private void read(long strip, int group, int count, Scratch scratch) {
        long in = strip + form.scaleBytes() + 8L * group * form.kind().words() * Lanes.WIDTH;
        if (form.kind().quarters()) {
            StripVectors.readQuarters(in, count, scratch.whole());
        } else {
            StripVectors.readBytes(in, count, scratch.whole());
        }
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
