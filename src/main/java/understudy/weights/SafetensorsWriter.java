package understudy.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// Writes one safetensors file, a tensor after the other, without holding them all.
///
/// Equal content gives equal bytes: widest types first, then by name, so that every tensor is
/// aligned to its elements. The file appears whole or not at
/// all, mode 0600, and never changes under a program that has the old one mapped.
///
/// ```java
/// new SafetensorsWriter()
///         .add("a", WeightType.F32, new long[] {2, 3}, segmentOf24Bytes)
///         .write(folder.resolve("model.safetensors"));
/// ```
public final class SafetensorsWriter {
    /// What every published file says, and what other readers ask for.
    private static final Map<String, String> STANDARD = Map.of("format", "pt");

    private static final int CHUNK_BYTES = 1 << 20;

    /// Writes the bytes of one tensor when its turn comes.
    @FunctionalInterface
    public interface TensorBody {
        void writeTo(OutputStream out) throws IOException;
    }

    private record Entry(TensorInfo info, TensorBody body) {}

    private final Map<String, String> metadata = new TreeMap<>(STANDARD);
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /// Adds to `__metadata__`, which has `format: pt` from the start.
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /// Adds a tensor whose bytes are produced later, while [#write] runs.
    ///
    /// @param shape row-major, outermost first
    /// @param body  must write exactly the bytes of `shape`, little-endian
    /// @throws IllegalArgumentException for a type that safetensors lacks or a name used before
    public SafetensorsWriter add(String name, WeightType type, long[] shape, TensorBody body) {
        if (type.safetensors() == null) {
            throw new IllegalArgumentException("safetensors files cannot hold " + type);
        }
        if (name.equals(SafetensorsHeader.METADATA_KEY) || !names.add(name)) {
            throw new IllegalArgumentException("the name is taken: " + name);
        }
        long bytes = type.bytesOf(TensorInfo.elementsOf(shape));
        entries.add(new Entry(new TensorInfo(name, type, shape, bytes), body));
        return this;
    }

    /// Adds a tensor whose bytes lie in memory; they are read while [#write] runs.
    public SafetensorsWriter add(String name, WeightType type, long[] shape, MemorySegment bytes) {
        return add(name, type, shape, out -> copy(bytes, out));
    }

    /// Bytes that the file will have.
    public long size() {
        sort();
        long tensors = entries.stream().mapToLong(e -> e.info.byteLength()).sum();
        return header().length + tensors;
    }

    /// Writes the file, replacing one of that name.
    ///
    /// @throws UserError when the disk refuses
    public void write(Path target) {
        try {
            PrivateFiles.write(target, this::writeTo);
        } catch (IOException e) {
            throw new UserError(
                    "cannot write the weights",
                    target.toString(),
                    "make room on the disk, or choose a folder you may write to",
                    ExitCode.UNEXPECTED_STATE,
                    new UncheckedIOException(e));
        }
    }

    /// Writes the bytes of the file, for one that is part of something larger.
    public void writeTo(OutputStream out) throws IOException {
        sort();
        out.write(header());
        for (Entry entry : entries) {
            Counted counted = new Counted(out);
            entry.body.writeTo(counted);
            if (counted.written() != entry.info.byteLength()) {
                throw new IllegalStateException(
                        "%s: %d bytes written, not %d"
                                .formatted(entry.info, counted.written(), entry.info.byteLength()));
            }
        }
    }

    private void sort() {
        entries.sort(
                Comparator.comparingInt((Entry e) -> -e.info.type().blockBytes())
                        .thenComparing(e -> e.info.name()));
    }

    private byte[] header() {
        ObjectNode header = Json.json().createObjectNode();
        ObjectNode about = header.putObject(SafetensorsHeader.METADATA_KEY);
        metadata.forEach(about::put);
        long begin = 0;
        for (Entry entry : entries) {
            ObjectNode tensor = header.putObject(entry.info.name());
            tensor.put("dtype", entry.info.type().safetensors());
            ArrayNode shape = tensor.putArray("shape");
            for (long size : entry.info.shape()) {
                shape.add(size);
            }
            long end = Math.addExact(begin, entry.info.byteLength());
            tensor.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json = Json.json().writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) & -8; // spaces, so that the data begins aligned
        if (padded > SafetensorsHeader.MOST_HEADER_BYTES) {
            throw new IllegalStateException("the header is too long: " + padded);
        }
        ByteBuffer all =
                ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + padded)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(padded)
                        .put(json);
        while (all.hasRemaining()) {
            all.put((byte) ' ');
        }
        return all.array();
    }

    private static void copy(MemorySegment bytes, OutputStream out) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes.byteSize())];
        for (long at = 0; at < bytes.byteSize(); at += chunk.length) {
            int count = (int) Math.min(chunk.length, bytes.byteSize() - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
            out.write(chunk, 0, count);
        }
    }
}
