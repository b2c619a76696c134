package understudy.tensor;

import java.util.Arrays;

/// Rows that lie in strips.
final class StripBlock extends RowBlock {
    /// Groups that several vectors are multiplied with before others: their scales and products
    /// stay in the first cache.
    private static final int AT_ONCE = 8;

    private final StripPart part;
    private final Strips form;
    private final long address;

    StripBlock(StripPart part) {
        super(part.form().rows(), part.form().columns(), vectors(part.form().columns()));
        this.part = part;
        this.form = part.form();
        this.address = part.address();
    }

    @Override
    void run(Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        int pair = 2 * Lanes.WIDTH;
        scratch.strips(AT_ONCE * pair, (count + 10) * pair);
        int before = count == 1 ? 0 : first % 4; // are multiplied in vain
        for (int row = from / pair * pair; row < to; row += pair) {
            long strips = address + row / pair * form.pairBytes();
            if (count == 1) {
                one(strips, x, first, scratch);
            } else {
                several(strips, x, first - before, first + count, scratch);
            }
            int begin = Math.max(from, row);
            int rows = Math.min(to, row + pair) - begin;
            for (int i = 0; i < count; i++) {
                int at = (before + i) * pair + begin - row;
                taker.take(begin, rows, first + i, scratch.sums(), at);
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
        StripScales scaled = StripScales.of(form.kind());
        if (form.kind().quarters()) {
            StripVectors.quarters(two, scaled, one, scratch.sums());
        } else {
            StripVectors.bytes(two, scaled, one, scratch.sums());
        }
    }

    /// Multiplies with vectors from `first` on, of which there are fours or eights, until behind
    /// `last`.
    private void several(long strips, Activations x, int first, int last, Scratch scratch) {
        int pair = 2 * Lanes.WIDTH;
        Arrays.fill(scratch.sums(), 0, (last - first + 7) * pair, 0f);
        float[] parts = scratch.row(AT_ONCE * 8 * pair);
        StripVectors.Scales scales = new StripVectors.Scales(scratch.scales, scratch.minima);
        for (int group = 0; group < form.groups(); group += AT_ONCE) {
            int now = Math.min(AT_ONCE, form.groups() - group);
            StripVectors.Two some = groups(strips, group, now);
            for (int i = first; i < last; ) {
                int many = i % 8 == 0 && last - i > 4 ? 8 : 4;
                products(some, x, i, many, group, parts);
                if (i == first) { // now that they are in the cache
                    scales(some, scales);
                }
                StripVectors.Several several = several(x, i, many, group);
                StripVectors.scale(parts, now, scales, several, scratch.sums(), (i - first) * pair);
                i += many;
            }
        }
    }

    private void products(
            StripVectors.Two strips, Activations x, int first, int many, int group, float[] parts) {
        StripNumbers numbers = StripNumbers.of(form.kind());
        float[] values = x.in(Activations.Form.EIGHTS);
        int column = x.ofEight(first) + 8 * group * Strips.GROUP;
        for (int i = 0; i < strips.groups(); i++) {
            long at = strips.at() + (long) i * strips.apart() + strips.skip();
            int to = 2 * many * i * Lanes.WIDTH;
            if (many == 8) {
                StripVectors.eight(at, numbers, values, column, parts, to);
                at += 4L * Lanes.WIDTH;
                StripVectors.eight(at, numbers, values, column, parts, to + Lanes.WIDTH);
            } else {
                StripVectors.four(at, numbers, values, column, parts, to);
            }
            column += 8 * Strips.GROUP;
        }
    }

    private void scales(StripVectors.Two strips, StripVectors.Scales to) {
        StripScales scaled = StripScales.of(form.kind());
        if (form.kind().quarters()) {
            StripVectors.scales(strips, scaled, to);
        } else {
            StripVectors.scalesOfBytes(strips, scaled, to);
        }
    }

    private StripVectors.Several several(Activations x, int first, int many, int group) {
        int[] starts = new int[many];
        for (int i = 0; i < many; i++) {
            starts[i] = (first + i) * form.groups() + group;
        }
        return new StripVectors.Several(x.in(Activations.Form.SUMS), starts);
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
    void prepareVectors(Activations x) {
        super.prepareVectors(x);
        if (x.count() > 1) {
            x.prepare(Activations.Form.EIGHTS);
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
