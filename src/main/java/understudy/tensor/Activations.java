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
        SUMS
    }

    private static final int SPARE = 1; // a vector that is read, not used

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

    /// Makes a form of all vectors, unless it is there.
    void prepare(Form form) {
        if (form != Form.PLAIN && ready.add(form)) {
            float[] to = forms.computeIfAbsent(form, key -> new float[(most + SPARE) * apart(key)]);
            for (int i = 0; i < filled; i++) {
                make(form, i, to);
            }
        }
    }

    private void make(Form form, int which, float[] to) {
        int from = which * columns;
        int at = which * apart(form);
        if (form == Form.PAIRED) {
            DotVectors.pair(plain, from, to, at, columns);
        } else if (form == Form.SUMS) {
            for (int i = 0; i < columns; i++) {
                to[at + i / Strips.GROUP] =
                        (i % Strips.GROUP == 0 ? 0 : to[at + i / Strips.GROUP]) + plain[from + i];
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

    /// Whether rows end in the middle of a stretch.
    private boolean half() {
        return columns % (CodeVectors.PARTS * Lanes.WIDTH) != 0;
    }

    /// The vectors in a form that was prepared.
    float[] in(Form form) {
        return Objects.requireNonNull(forms.get(form), form::name);
    }

    /// How far apart two vectors are.
    int apart(Form form) {
        if (form == Form.PLAIN || form == Form.PAIRED) {
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
