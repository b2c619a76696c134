package understudy.tensor;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Objects;

/// A few vectors that are multiplied by the same matrices, one for each text that is written.
///
/// Holds them again in the order of pairs, and the sums of their groups, where a matrix asks for
/// it; made once for all matrices. Not for use by several threads while it is filled.
public final class Activations {
    /// How a vector lies.
    enum Form {
        PLAIN,
        /// Of two vector widths first the even numbers, then the odd ones; see [DotVectors].
        PAIRED,
        /// Spread over lanes that hold eight numbers; see [CodeVectors].
        EIGHTHS,
        /// Only the sums of its groups; see [Strips].
        SUMS,
        /// Of eight vectors the first numbers, then the second ones, and so on.
        EIGHTS
    }

    private final int most;
    private final int columns;
    private final float[] plain;
    private final EnumMap<Form, float[]> forms = new EnumMap<>(Form.class);
    private final EnumSet<Form> ready = EnumSet.noneOf(Form.class);
    private float[] wide = new float[0];
    private int filled;

    /// @param most vectors at most
    public Activations(int most, int columns) {
        this.most = most;
        this.columns = columns;
        this.plain = new float[most * columns];
        forms.put(Form.PLAIN, plain);
    }

    /// The vectors, one behind the other; call [#filled] after a change.
    public float[] values() {
        return plain;
    }

    public int columns() {
        return columns;
    }

    /// Forgets what was made of other vectors than the first `count` that there are now.
    public void filled(int count) {
        filled = count;
        ready.clear();
    }

    /// How many there are.
    int count() {
        return filled;
    }

    /// Makes a form of all vectors, unless it is there.
    void prepare(Form form) {
        if (form != Form.PLAIN && ready.add(form)) {
            float[] to = forms.computeIfAbsent(form, key -> new float[room(key) * apart(key)]);
            for (int i = 0; i < filled; i++) {
                make(form, i, to);
            }
        }
    }

    /// Vectors that are read, of which some are not used.
    private int room(Form form) {
        return form == Form.SUMS || form == Form.EIGHTS ? (most + 7) / 8 * 8 : most + 1;
    }

    private void make(Form form, int which, float[] to) {
        int from = which * columns;
        int at = which * apart(form);
        if (form == Form.PAIRED) {
            DotVectors.pair(plain, from, to, at, columns);
        } else if (form == Form.SUMS) {
            for (int group = 0; group < columns / Strips.GROUP; group++) {
                to[at + group] = sum(from + group * Strips.GROUP);
            }
        } else if (form == Form.EIGHTS) {
            int first = ofEight(which);
            for (int i = 0; i < columns; i++) {
                to[first + 8 * i] = plain[from + i];
            }
        } else if (!half()) {
            CodeVectors.spread(plain, from, columns, to, at);
        } else { // half a stretch of zeros behind, for even rows, or in front
            int rest = CodeVectors.PARTS * Lanes.WIDTH / 2;
            int count = columns + rest;
            wide = wide.length < count + rest ? new float[count + rest] : wide;
            System.arraycopy(plain, from, wide, rest, columns);
            Arrays.fill(wide, count, count + rest, 0f);
            CodeVectors.spread(wide, rest, count, to, at);
            CodeVectors.spread(wide, 0, count, to, at + apart(form) / 2);
        }
    }

    /// Of a group; four sums, as one would wait for itself.
    private float sum(int from) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        for (int i = from; i < from + Strips.GROUP; i += 4) {
            a += plain[i];
            b += plain[i + 1];
            c += plain[i + 2];
            d += plain[i + 3];
        }
        return a + b + (c + d);
    }

    /// Whether rows end in the middle of a stretch.
    private boolean half() {
        return columns % (CodeVectors.PARTS * Lanes.WIDTH) != 0;
    }

    /// The vectors in a form that was prepared.
    float[] in(Form form) {
        return Objects.requireNonNull(forms.get(form), form::name);
    }

    /// Where a vector's first number is in [Form#EIGHTS]; its next ones are eight apart.
    int ofEight(int which) {
        return which / 8 * 8 * columns + which % 8;
    }

    /// How far apart two vectors are.
    int apart(Form form) {
        if (form == Form.PLAIN || form == Form.PAIRED || form == Form.EIGHTS) {
            return columns;
        }
        if (form == Form.SUMS) {
            return columns / Strips.GROUP;
        }
        int stretch = CodeVectors.PARTS * Lanes.WIDTH;
        int stretches = (columns + stretch - 1) / stretch;
        return stretches * stretch * (half() ? 2 : 1);
    }
}
