package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.BufferedWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

class SafetensorsTest {
    private static final String ONE =
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";

    @TempDir Path folder;

    /// A header with its length, then `data` zero bytes.
    static byte[] file(String header, int data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private static String one(String dtype, String shape, String offsets) {
        return "{\"a\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}"
                .formatted(dtype, shape, offsets);
    }

    private static byte[] withLength(byte[] file, long length) {
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        return file;
    }

    /// Damaged files with a part of the error's text: first the dozen that the format's own library
    /// tests, then more.
    private static Map<String, Map.Entry<String, byte[]>> rejects() {
        Map<String, Map.Entry<String, byte[]>> all = new LinkedHashMap<>();
        add(all, "too small", "header length", new byte[7]);
        add(all, "header too large", "header length", withLength(file(ONE, 16), 100_000_001));
        add(all, "header length 2^64-1", "header length", withLength(file(ONE, 16), -1));
        add(all, "header longer than file", "header length", withLength(file(ONE, 16), 10_000));
        add(all, "header of no length", "header length", withLength(file(ONE, 16), 0));
        byte[] broken = file(ONE, 16);
        broken[10] = (byte) 0xff;
        add(all, "header not UTF-8", "JSON", broken);
        add(all, "header not JSON", "JSON", file("{\"a\" nonsense}", 0));
        add(all, "header starts otherwise", "does not begin", file(" " + ONE, 16));
        add(all, "header in UTF-16", "JSON", file("{\0}\0", 0));
        StringBuilder attack = new StringBuilder("{");
        for (int i = 0; i < 10; i++) {
            attack.append(i == 0 ? "" : ",").append("\"w").append(i).append("\":");
            attack.append("{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}");
        }
        add(all, "tensors share bytes", "data_offsets", file(attack + "}", 16));
        add(all, "data cut off", "beyond the end", file(ONE, 15));
        add(all, "bytes left over", "data", file(ONE, 17));
        addTensors(all);
        return all;
    }

    /// Those whose tensors are described wrongly.
    private static void addTensors(Map<String, Map.Entry<String, byte[]>> all) {
        add(
                all,
                "shape and bytes differ",
                "tensor `a`",
                file(one("\"F32\"", "[2,3]", "[0,16]"), 16));
        String third = "[2,4611686018427387904]";
        add(all, "elements overflow", "shape", file(one("\"U8\"", third, "[0,16]"), 16));
        String bytes = "[2,2305843009213693952]";
        add(all, "bytes overflow", "shape", file(one("\"F64\"", bytes, "[0,16]"), 16));
        add(all, "2^64-1", "too large", file(one("\"U8\"", "[18446744073709551615]", "[0,1]"), 1));
        add(
                all,
                "offset 2^64-1",
                "too large",
                file(one("\"U8\"", "[1]", "[0,18446744073709551615]"), 1));
        add(
                all,
                "number of 40 digits",
                "JSON",
                file(one("\"U8\"", "[" + "9".repeat(40) + "]", "[0,1]"), 1));
        add(all, "end before begin", "end before", file(one("\"U8\"", "[0]", "[1,0]"), 1));
        add(all, "hole", "data_offsets", file(one("\"U8\"", "[1]", "[1,2]"), 2));
        add(all, "negative size", "negative", file(one("\"U8\"", "[-1]", "[0,1]"), 1));
        add(all, "fraction", "shape", file(one("\"U8\"", "[1.0]", "[0,1]"), 1));
        add(all, "text as a size", "shape", file(one("\"U8\"", "[\"1\"]", "[0,1]"), 1));
        add(all, "shape no array", "shape", file(one("\"U8\"", "1", "[0,1]"), 1));
        add(
                all,
                "too many dimensions",
                "shape",
                file(one("\"U8\"", "[1" + ",1".repeat(16) + "]", "[0,1]"), 1));
        add(all, "one offset", "lacks", file(one("\"U8\"", "[1]", "[1]"), 1));
        add(all, "three offsets", "data_offsets", file(one("\"U8\"", "[1]", "[0,1,1]"), 1));
        add(all, "unknown dtype", "dtype", file(one("\"Q4_0\"", "[1]", "[0,1]"), 1));
        add(all, "dtype no text", "dtype", file(one("8", "[1]", "[0,1]"), 1));
        add(
                all,
                "missing shape",
                "lacks",
                file("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1));
        add(all, "unknown key", "unknown key", file("{\"a\":{\"other\":1}}", 0));
        add(all, "tensor no object", "tensor `a`", file("{\"a\":[]}", 0));
        add(
                all,
                "tensor twice",
                "twice",
                file("{" + ONE.substring(1, ONE.length() - 1) + "," + ONE.substring(1), 16));
        add(all, "dtype twice", "twice", file("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0));
        add(all, "metadata no text", "__metadata__", file("{\"__metadata__\":{\"a\":1}}", 0));
        add(all, "metadata no object", "__metadata__", file("{\"__metadata__\":\"pt\"}", 0));
        add(all, "deep", "shape", file("{\"a\":{\"shape\":" + "[".repeat(5000), 0));
        add(all, "goes on", "", file(ONE + "{}", 16));
    }

    private static void add(
            Map<String, Map.Entry<String, byte[]>> all, String name, String text, byte[] file) {
        all.put(name, Map.entry(text, file));
    }

    @TestFactory
    Stream<DynamicTest> refusesAndNamesTheField() {
        return rejects().entrySet().stream()
                .map(kind ->
                        dynamicTest(
                                kind.getKey(),
                                () -> {
                                    Path path = folder.resolve("case.safetensors");
                                    Files.write(path, kind.getValue().getValue());
                                    assertThatThrownBy(() -> Safetensors.open(path).close())
                                            .isInstanceOf(UserError.class)
                                            .hasMessageContaining(kind.getValue().getKey())
                                            .hasMessageContaining(path.toString());
                                }));
    }

    @Test
    void acceptsPaddingAndNoTensors() throws Exception {
        Path path = folder.resolve("padded.safetensors");
        Files.write(path, file(ONE + "   ", 16));
        try (Safetensors file = Safetensors.open(path)) {
            assertThat(file.bytes("a").byteSize()).isEqualTo(16);
        }
        Path none = folder.resolve("none.safetensors");
        Files.write(none, file("{}", 0));
        try (Safetensors file = Safetensors.open(none)) {
            assertThat(file.tensors()).isEmpty();
        }
    }

    @TestFactory
    Stream<DynamicTest> anIndexCannotReachOutOfItsFolder() {
        return Stream.of(
                        "../x.safetensors",
                        "/etc/x.safetensors",
                        "C:\\\\x.safetensors",
                        "sub/x.safetensors",
                        "..",
                        "x.bin",
                        ".x.safetensors",
                        "x\\u0000.safetensors")
                .map(shard ->
                        dynamicTest(
                                shard,
                                () -> {
                                    Files.writeString(
                                            folder.resolve(ShardIndex.FILE),
                                            "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
                                    assertThatThrownBy(() -> Safetensors.open(folder).close())
                                            .isInstanceOf(UserError.class)
                                            .hasMessageContaining("weight_map `a` names");
                                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesBrokenIndexes() throws Exception {
        Files.write(folder.resolve("one.safetensors"), file(ONE, 16));
        Map<String, String> broken = new LinkedHashMap<>();
        broken.put("[]", "not an object");
        broken.put("{}", "missing or empty");
        broken.put("{\"weight_map\":[]}", "not an object");
        broken.put("{\"weight_map\":{\"a\":1}}", "not a file name");
        broken.put("{\"weight_map\":{\"b\":\"one.safetensors\"}}", "no such tensor");
        broken.put("{\"weight_map\":{\"a\":\"two.safetensors\"}}", "cannot read");
        broken.put("{\"weight_map\":{\"a\":\"one.safetensors\"", "wrong syntax");
        broken.put(
                "{\"weight_map\":{\"a\":\"one.safetensors\",\"a\":\"one.safetensors\"}}", "twice");
        return broken.entrySet().stream()
                .map(kind ->
                        dynamicTest(
                                kind.getKey(),
                                () -> {
                                    Files.writeString(
                                            folder.resolve(ShardIndex.FILE), kind.getKey());
                                    assertThatThrownBy(() -> Safetensors.open(folder).close())
                                            .isInstanceOf(UserError.class)
                                            .hasMessageContaining(kind.getValue());
                                }));
    }

    @Test
    void aFolderWithoutWeightsSaysWhatItWants() {
        assertThatThrownBy(() -> Safetensors.open(folder).close())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no weights");
    }

    @Test
    void largeHeadersFitIntoASmallJvm() throws Exception {
        Path tensors = folder.resolve("tensors.huge");
        try (BufferedWriter out = Files.newBufferedWriter(tensors, StandardCharsets.ISO_8859_1)) {
            out.write("\0".repeat(8) + "{");
            for (int i = 0; i < 400_000; i++) {
                out.write(
                        "\"t" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
            }
        }
        Path text = folder.resolve("text.huge");
        try (BufferedWriter out = Files.newBufferedWriter(text, StandardCharsets.ISO_8859_1)) {
            out.write("\0".repeat(8) + "{\"__metadata__\":{");
            for (int i = 0; i < 30; i++) {
                out.write("\"" + i + "\":\"" + "x".repeat(1_000_000) + "\",");
            }
        }
        Path name = folder.resolve("name.huge");
        Files.writeString(name, "\0".repeat(8) + "{\"" + "n".repeat(40_000_000) + "\":{}}");
        for (Path file : new Path[] {tensors, text, name}) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                channel.write(length.putLong(0, Files.size(file) - 8), 0);
            }
        }
        SmallJvm.run(OpenAll.class, folder.toString());
    }

    /// Opens every `.huge` file of a folder; each must be refused.
    static final class OpenAll {
        public static void main(String[] arguments) throws Exception {
            try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".huge")).toList()) {
                    try (Safetensors open = Safetensors.open(file)) {
                        System.out.println("opened " + open.path());
                        System.exit(1);
                    } catch (UserError e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
        }
    }
}
