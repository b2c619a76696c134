package understudy.export;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.model.ModelConfig;
import understudy.model.StoredWeights;
import understudy.model.StoredWeights.Weight;
import understudy.tensor.WeightTensors;
import understudy.weights.Quantizer;
import understudy.weights.WeightType;

/// A model's weights with what an adapter adds, computed in 32-bit floats some rows at a time and
/// rounded once, when they are written. Never more than some hundred megabytes are held, whatever
/// the model's size.
final class MergedWeights implements AutoCloseable {
    /// Worked on at once, elements: 8 MB in f32, twice where something is added.
    private static final long SLAB = 2L << 20;

    /// Hears of what was written.
    interface Written {
        void elements(long count);
    }

    private final StoredWeights base;
    private final @Nullable LoraFactors lora;
    private final Written written;

    /// What is written next; kept, since a heap that is given large arrays grows to its limit.
    private byte[] buffer = new byte[0];

    /// @param model   a Hugging Face folder or a .gguf file
    /// @param adapter a PEFT folder; null for none
    MergedWeights(Path model, @Nullable Path adapter, Written written) {
        this.base = StoredWeights.open(model);
        this.written = written;
        try {
            this.lora = adapter == null ? null : new LoraFactors(adapter);
            if (lora != null) {
                Set<String> layers = new HashSet<>(lora.layers().keySet());
                base.all().stream().filter(Weight::isMatrix).forEach(w -> layers.remove(w.layer()));
                if (!layers.isEmpty()) {
                    throw lora.other();
                }
            }
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    ModelConfig config() {
        return base.config();
    }

    List<Weight> all() {
        return base.all();
    }

    /// Elements of all weights.
    long elements() {
        return all().stream().mapToLong(w -> w.rows() * w.columns()).sum();
    }

    /// Writes a weight as a Hugging Face folder holds it.
    void writeHub(Weight weight, WeightType type, OutputStream out) throws IOException {
        write(weight, type, false, out);
    }

    /// Writes a weight as a GGUF file holds it.
    void writeGguf(Weight weight, WeightType type, OutputStream out) throws IOException {
        write(weight, type, true, out);
    }

    private void write(Weight weight, WeightType type, boolean gguf, OutputStream out)
            throws IOException {
        int head = Math.max(1, weight.pairedRows());
        long step = Math.max(1, SLAB / weight.columns() / head) * head;
        for (long from = 0; from < weight.rows(); from += step) {
            long count = Math.min(step, weight.rows() - from);
            int bytes = fill(weight, from, count, type, gguf);
            out.write(buffer, 0, bytes);
            written.elements(count * weight.columns());
        }
        base.release();
    }

    /// Puts rows of a weight into [#buffer].
    ///
    /// @return how many bytes they are
    private int fill(Weight weight, long from, long count, WeightType type, boolean gguf) {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = base.rows(weight, from, count).contiguous();
            if (lora != null && lora.changes(weight)) {
                rows.add_(lora.update(weight, from, count));
            }
            Tensor stored = gguf ? asGguf(rows, weight) : rows;
            int bytes = (int) type.bytesOf(count * weight.columns());
            if (buffer.length < bytes) {
                buffer = new byte[bytes];
            }
            MemorySegment out = MemorySegment.ofArray(buffer).asSlice(0, bytes);
            Quantizer.fromFloats(type, WeightTensors.memory(stored), out);
            return bytes;
        }
    }

    /// Rows of a weight, whole heads, in the order and with the offset of a GGUF file.
    static Tensor asGguf(Tensor rows, Weight weight) {
        if (weight.ggufOffset() != 0) {
            rows.add_(new Scalar(weight.ggufOffset()));
        }
        int head = weight.pairedRows();
        if (head == 0) {
            return rows;
        }
        long count = rows.size(0);
        long[] shape = rows.dim() == 1 ? new long[] {count} : new long[] {count, rows.size(1)};
        return rows.view(count / head, 2, head / 2, -1).transpose(1, 2).reshape(shape).contiguous();
    }

    @Override
    public void close() {
        if (lora != null) {
            lora.close();
        }
        base.close();
    }
}
