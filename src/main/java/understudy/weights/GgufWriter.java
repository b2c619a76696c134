package understudy.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import understudy.base.PrivateFiles;

/// Writes one GGUF file of version 3, a tensor after the other, without holding them all.
///
/// Keys and tensors stand in the order in which they were added. The file appears whole or not at
/// all, mode 0600.
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;
    private static final int U32 = 4;
    private static final int I32 = 5;
    private static final int F32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /// llama.cpp's bound on the name of a tensor.
    private static final int MOST_NAME_BYTES = 63;

    private record Entry(TensorInfo info, SafetensorsWriter.TensorBody body) {}

    private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
    private final Set<String> keys = new HashSet<>();
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    public GgufWriter string(String key, String value) {
        key(key, STRING);
        text(value);
        return this;
    }

    /// @param value 0 to 2^32-1; most keys want this type
    public GgufWriter u32(String key, long value) {
        if (value < 0 || value >= 1L << 32) {
            throw new IllegalArgumentException(key + " " + value);
        }
        key(key, U32);
        i32((int) value);
        return this;
    }

    public GgufWriter f32(String key, double value) {
        key(key, F32);
        i32(Float.floatToRawIntBits((float) value));
        return this;
    }

    public GgufWriter flag(String key, boolean value) {
        key(key, BOOL);
        pairs.write(value ? 1 : 0);
        return this;
    }

    public GgufWriter strings(String key, List<String> values) {
        array(key, STRING, values.size());
        values.forEach(this::text);
        return this;
    }

    /// An array of I32.
    public GgufWriter integers(String key, int[] values) {
        array(key, I32, values.length);
        for (int value : values) {
            i32(value);
        }
        return this;
    }

    /// An array of F32.
    public GgufWriter floats(String key, float[] values) {
        array(key, F32, values.length);
        for (float value : values) {
            i32(Float.floatToRawIntBits(value));
        }
        return this;
    }

    /// An array of BOOL.
    public GgufWriter flags(String key, boolean[] values) {
        array(key, BOOL, values.length);
        for (boolean value : values) {
            pairs.write(value ? 1 : 0);
        }
        return this;
    }

    /// A key as it stands in another file.
    public GgufWriter pair(Gguf file, String key) {
        if (!keys.add(key)) {
            throw new IllegalArgumentException("the key is taken: " + key);
        }
        pairs.writeBytes(file.pair(key));
        return this;
    }

    private void key(String key, int type) {
        if (!keys.add(key)) {
            throw new IllegalArgumentException("the key is taken: " + key);
        }
        text(key);
        i32(type);
    }

    private void array(String key, int type, int count) {
        key(key, ARRAY);
        i32(type);
        i64(count);
    }

    private void text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        i64(bytes.length);
        pairs.writeBytes(bytes);
    }

    private void i32(int value) {
        pairs.writeBytes(little(4).putInt(value).array());
    }

    private void i64(long value) {
        pairs.writeBytes(little(8).putLong(value).array());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Adds a tensor whose bytes are produced later, while [#write] runs.
    ///
    /// @param shape row-major, outermost first; rows of whole blocks
    /// @param body  must write exactly the bytes of `shape`
    /// @throws IllegalArgumentException for a type that GGUF lacks, a name used before or too long
    public GgufWriter add(
            String name, WeightType type, long[] shape, SafetensorsWriter.TensorBody body) {
        if (type.ggml() < 0 || shape[shape.length - 1] % type.blockElements() != 0) {
            throw new IllegalArgumentException(name + " cannot be held as " + type);
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MOST_NAME_BYTES || !names.add(name)) {
            throw new IllegalArgumentException("the name is taken or too long: " + name);
        }
        long bytes = type.bytesOf(TensorInfo.elementsOf(shape));
        entries.add(new Entry(new TensorInfo(name, type, shape, bytes), body));
        return this;
    }

    /// Bytes that the file will have.
    public long size() {
        long sum = header().length;
        for (Entry entry : entries) {
            sum += padded(entry.info.byteLength());
        }
        return sum;
    }

    /// Writes the file, replacing one of that name.
    public void write(Path target) throws IOException {
        PrivateFiles.write(target, this::writeTo);
    }

    private void writeTo(OutputStream out) throws IOException {
        out.write(header());
        for (Entry entry : entries) {
            Counted counted = new Counted(out);
            entry.body.writeTo(counted);
            if (counted.written() != entry.info.byteLength()) {
                throw new IllegalStateException(
                        "%s: %d bytes written, not %d"
                                .formatted(entry.info, counted.written(), entry.info.byteLength()));
            }
            out.write(new byte[(int) (padded(counted.written()) - counted.written())]);
        }
    }

    private byte[] header() {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        header.writeBytes(little(4).putInt(VERSION).array());
        header.writeBytes(little(16).putLong(entries.size()).putLong(keys.size()).array());
        header.writeBytes(pairs.toByteArray());
        long offset = 0;
        for (Entry entry : entries) {
            byte[] name = entry.info.name().getBytes(StandardCharsets.UTF_8);
            long[] shape = entry.info.shape();
            byte[] bytes = new byte[8 + name.length + 4 + 8 * shape.length + 4 + 8];
            ByteBuffer one = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            one.putLong(name.length).put(name).putInt(shape.length);
            for (int d = shape.length - 1; d >= 0; d--) {
                one.putLong(shape[d]); // the file lists the innermost first
            }
            one.putInt(entry.info.type().ggml()).putLong(offset);
            header.writeBytes(bytes);
            offset += padded(entry.info.byteLength());
        }
        header.writeBytes(new byte[(int) (padded(header.size()) - header.size())]);
        return header.toByteArray();
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
