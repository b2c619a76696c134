package understudy.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.weights.Safetensors;

/// A tiny model of `src/test/resources/golden/model` and what transformers computed with it.
record Golden(String name, Safetensors values) implements AutoCloseable {
    static final Path ROOT = Path.of("src/test/resources/golden/model");

    /// Every tiny model: families, and variants that a config may choose.
    static List<String> names() {
        return List.of(
                "llama",
                "llama3",
                "llama_bias",
                "mistral",
                "qwen2",
                "qwen2_window",
                "qwen3",
                "gemma3",
                "phi3");
    }

    static Golden of(String name) {
        return new Golden(name, Safetensors.open(ROOT.resolve(name).resolve("golden.safetensors")));
    }

    Path folder() {
        return ROOT.resolve(name);
    }

    Path adapter() {
        return folder().resolve("adapter");
    }

    float[] floats(String key) {
        MemorySegment bytes = values.bytes(key);
        float[] out = new float[(int) values.tensor(key).elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
        }
        return out;
    }

    int[] ids() {
        MemorySegment bytes = values.bytes("ids");
        int[] ids = new int[(int) values.tensor("ids").elements()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i);
        }
        return ids;
    }

    BitSet scored() {
        MemorySegment bytes = values.bytes("scored");
        BitSet set = new BitSet();
        for (int i = 0; i < bytes.byteSize(); i++) {
            set.set(i, bytes.get(ValueLayout.JAVA_BYTE, i) != 0);
        }
        return set;
    }

    RowPass.PackedRow row() {
        return new RowPass.PackedRow(ids(), new int[] {0}, scored());
    }

    static float[] array(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor flat = tensor.to(torch.ScalarType.Float).contiguous();
            float[] out = new float[(int) flat.numel()];
            flat.data_ptr_float().get(out);
            return out;
        }
    }

    @Override
    public void close() {
        values.close();
    }
}
