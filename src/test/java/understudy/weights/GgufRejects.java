package understudy.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import understudy.base.UserError;

/// Every way in which a GGUF header can lie that we know of, each with the field the error must
/// name. Runs in the tests and, as a program, in a small JVM.
final class GgufRejects {
    /// A damage: what it does to a right file, and a part of the error's text.
    record Kind(String field, Consumer<GgufBytes> damage, int cut) {}

    private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

    private GgufRejects() {}

    static Map<String, Kind> kinds() {
        return KINDS;
    }

    private static void kind(String name, String field, Consumer<GgufBytes> damage) {
        KINDS.put(name, new Kind(field, damage, 0));
    }

    static {
        kind("bad magic", "letters GGUF", f -> f.magic = new byte[] {'F', 'U', 'G', 'G'});
        kind("version 0", "version", f -> f.version = 0);
        kind("version 1", "version", f -> f.version = 1);
        kind("version of the future", "version", f -> f.version = 4);
        kind("big-endian", "big-endian", f -> f.version = Integer.reverseBytes(3));
        kind("too many tensors", "n_tensors", f -> f.tensorCount = 1L << 40);
        kind("negative tensor count", "n_tensors", f -> f.tensorCount = -1);
        kind("one tensor too many", "", f -> f.tensorCount++);
        kind("too many keys", "n_kv", f -> f.pairCount = Long.MAX_VALUE);
        kind("negative key count", "n_kv", f -> f.pairCount = Long.MIN_VALUE);
        kind("huge key", "key 0 length", f -> f.pairs.getFirst().keyLength = 1L << 62);
        kind("key of 2^64-1", "key 0 length", f -> f.pairs.getFirst().keyLength = -1);
        kind(
                "empty key",
                "is empty",
                f -> {
                    f.pairs.getFirst().key = "";
                    f.pairs.getFirst().keyLength = 0;
                });
        kind(
                "duplicate key",
                "appears twice",
                f -> {
                    f.pairs.add(f.pairs.getLast());
                    f.pairCount++;
                });
        kind("key not UTF-8", "not UTF-8", f -> f.pairs.getFirst().keyLength = 2, "Ã");
        kind("bad value type", "unknown type", f -> f.pairs.getLast().type = 13);
        kind("negative value type", "unknown type", f -> f.pairs.getLast().type = -1);
        value("bad array type", "unknown type", 14, 1, new byte[8]);
        value("huge array", "count", 0, Long.MAX_VALUE, new byte[8]);
        value("array of 2^64-1", "count", 4, -1, new byte[8]);
        value("huge string array", "count", 8, 1L << 50, new byte[8]);
        value("string in array beyond the end", "element 0", 8, 1, GgufBytes.i64(1L << 33));
        value("huge nested array", "count", 9, 1L << 40, new byte[8]);
        kind(
                "arrays nested too deep",
                "nests",
                f -> {
                    byte[] array = new byte[0];
                    for (int depth = 0; depth < 40; depth++) {
                        array = GgufBytes.join(GgufBytes.i32(9), GgufBytes.i64(1), array);
                    }
                    f.pairs.add(new GgufBytes.Pair("deep", GgufBytes.ARRAY, array));
                    f.pairCount++;
                });
        kind(
                "string beyond the end",
                "`text` length",
                f -> {
                    f.pairs.add(
                            new GgufBytes.Pair("text", GgufBytes.STRING, GgufBytes.i64(1 << 30)));
                    f.pairCount++;
                });
        kind(
                "truth that is 2",
                "BOOL",
                f -> {
                    f.pairs.add(new GgufBytes.Pair("flag", 7, new byte[] {2}));
                    f.pairCount++;
                });
        alignment("alignment 0", 0);
        alignment("alignment not a power of two", 33);
        alignment("huge alignment", 1 << 31);
        kind(
                "alignment of another type",
                "general.alignment",
                f -> {
                    f.pairs.removeIf(p -> p.key.equals("general.alignment"));
                    f.pairs.add(new GgufBytes.Pair("general.alignment", 10, GgufBytes.i64(32)));
                    f.pairCount = f.pairs.size();
                });
        tensor("long tensor name", "name length", t -> t.name = "n".repeat(65), true);
        tensor("tensor name of 2^63", "name length", t -> t.nameLength = Long.MIN_VALUE, false);
        kind("duplicate tensor", "appears twice", f -> f.tensors.getLast().name = "tensor.0");
        tensor("five dimensions", "n_dims", t -> t.dimensions = 5, false);
        tensor("2^32-1 dimensions", "n_dims", t -> t.dimensions = -1, false);
        tensor("negative dimension", "dims[", t -> t.shape[0] = -32, false);
        tensor("dimension of 2^63", "dims[", t -> t.shape[0] = Long.MIN_VALUE, false);
        tensor("too many elements", "multiply", t -> t.shape[0] = 1L << 62, false, 1L << 40);
        tensor("too many bytes", "", t -> t.shape[0] = (1L << 62) - 32, false);
        tensor("more than the file", "needs", t -> t.shape[0] *= 1 << 20, false);
        tensor(
                "part of a block",
                "not a multiple",
                t -> {
                    t.type = 2;
                    t.shape[0] = 33;
                },
                false);
        tensor("bad tensor type", "type", t -> t.type = 1000, false);
        tensor("removed tensor type", "type", t -> t.type = 4, false);
        tensor("negative tensor type", "type", t -> t.type = -1, false);
        kind("unaligned offset", "offset", f -> f.tensors.getLast().offset++);
        kind("overlapping offset", "offset", f -> f.tensors.getLast().offset = 0);
        kind("offset beyond the end", "offset", f -> f.tensors.getFirst().offset = 1L << 40);
        kind("offset of 2^64-32", "offset", f -> f.tensors.getFirst().offset = -32);
        kind(
                "offsets of another alignment",
                "offset",
                f -> {
                    f.tensors.getFirst().data = Arrays.copyOf(f.tensors.getFirst().data, 128);
                    f.tensors.getFirst().shape = new long[] {32};
                    f.tensors.getFirst().dimensions = 1;
                    f.tensors.getFirst().type = 0;
                    f.layOut(512);
                });
        KINDS.put("data cut off", new Kind("needs", f -> {}, 1));
        KINDS.put(
                "header cut off",
                new Kind("", f -> f.tensors.forEach(t -> t.data = new byte[0]), 9));
    }

    /// A key whose bytes are not UTF-8: the first two of a longer character.
    private static void kind(String name, String field, Consumer<GgufBytes> damage, String key) {
        kind(
                name,
                field,
                f -> {
                    f.pairs.getFirst().key = key + key;
                    damage.accept(f);
                    f.pairs.getFirst().keyLength = 3; // ends within the second character
                });
    }

    private static void value(String name, String field, int type, long count, byte[] rest) {
        kind(
                name,
                field,
                f -> {
                    byte[] value = GgufBytes.join(GgufBytes.i32(type), GgufBytes.i64(count), rest);
                    f.pairs.add(new GgufBytes.Pair("array", GgufBytes.ARRAY, value));
                    f.pairCount++;
                });
    }

    private static void alignment(String name, int alignment) {
        kind(
                name,
                "general.alignment",
                f -> {
                    f.pairs.removeIf(p -> p.key.equals("general.alignment"));
                    f.pairs.add(
                            new GgufBytes.Pair(
                                    "general.alignment", GgufBytes.U32, GgufBytes.i32(alignment)));
                    f.pairCount = f.pairs.size();
                });
    }

    private static void tensor(
            String name, String field, Consumer<GgufBytes.Tensor> damage, boolean rename) {
        kind(
                name,
                field,
                f -> {
                    GgufBytes.Tensor tensor = f.tensors.getLast();
                    damage.accept(tensor);
                    if (rename) {
                        tensor.nameLength = tensor.name.length();
                    }
                });
    }

    /// The same with a second dimension.
    private static void tensor(
            String name,
            String field,
            Consumer<GgufBytes.Tensor> damage,
            boolean rename,
            long second) {
        tensor(
                name,
                field,
                t -> {
                    t.dimensions = 2;
                    t.shape = new long[] {32, second};
                    damage.accept(t);
                },
                rename);
    }

    /// The bytes of one case.
    static byte[] bytes(Kind kind, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        GgufBytes file = GgufBytes.random(random);
        kind.damage.accept(file);
        byte[] all = file.build();
        return Arrays.copyOf(all, all.length - kind.cut);
    }

    /// @return what is wrong with the way the file was refused; empty when all is right
    static String complaint(Kind kind, Path file) {
        try (Gguf gguf = Gguf.open(file)) {
            return "opened with " + gguf.tensors();
        } catch (UserError e) {
            boolean named =
                    e.getMessage().contains(kind.field) && file.toString().equals(e.where());
            return named ? "" : "unclear: " + e.getMessage();
        }
    }

    /// Runs all kinds with `arguments[1]` seeds each in the folder `arguments[0]`.
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0], "case.gguf");
        for (Map.Entry<String, Kind> kind : KINDS.entrySet()) {
            for (long seed = 0; seed < Long.parseLong(arguments[1]); seed++) {
                Files.write(file, bytes(kind.getValue(), seed));
                String complaint = complaint(kind.getValue(), file);
                if (!complaint.isEmpty()) {
                    System.out.println(kind.getKey() + " seed " + seed + ": " + complaint);
                    System.exit(1);
                }
                Files.delete(file);
            }
        }
        System.out.println("refused " + KINDS.size() + " kinds");
    }
}
