package understudy.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Builds GGUF files, right ones and, one override a field, wrong ones.
final class GgufBytes {
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int U32 = 4;

    /// The element types a random array may have, with their sizes.
    private static final int[][] SCALARS = {
        {0, 1}, {1, 1}, {2, 2}, {3, 2}, {4, 4}, {5, 4}, {6, 4}, {10, 8}, {11, 8}, {12, 8}
    };

    /// The types a random tensor may have, with their numbers in GGUF.
    private static final List<Map.Entry<WeightType, Integer>> TYPES =
            List.of(
                    Map.entry(WeightType.F32, 0),
                    Map.entry(WeightType.F16, 1),
                    Map.entry(WeightType.Q4_1, 3),
                    Map.entry(WeightType.Q5_0, 6),
                    Map.entry(WeightType.Q5_1, 7),
                    Map.entry(WeightType.Q8_0, 8),
                    Map.entry(WeightType.Q2_K, 10),
                    Map.entry(WeightType.Q3_K, 11),
                    Map.entry(WeightType.Q4_K, 12),
                    Map.entry(WeightType.Q5_K, 13),
                    Map.entry(WeightType.Q6_K, 14),
                    Map.entry(WeightType.IQ4_NL, 20),
                    Map.entry(WeightType.IQ4_XS, 23));

    static final class Pair {
        String key;
        long keyLength;
        int type;
        byte[] value;

        Pair(String key, int type, byte[] value) {
            this.key = key;
            this.keyLength = key.getBytes(StandardCharsets.UTF_8).length;
            this.type = type;
            this.value = value;
        }
    }

    static final class Tensor {
        String name;
        long nameLength;
        int dimensions;

        /// Innermost first, as in the file.
        long[] shape;

        int type;
        long offset;
        byte[] data;
    }

    byte[] magic = "GGUF".getBytes(StandardCharsets.US_ASCII);
    int version = 3;
    long tensorCount;
    long pairCount;
    int alignment = 32;
    final List<Pair> pairs = new ArrayList<>();
    final List<Tensor> tensors = new ArrayList<>();

    /// A right file with 1 to 4 keys, 2 to 5 tensors and perhaps an alignment of its own.
    static GgufBytes random(RandomGenerator random) {
        GgufBytes file = new GgufBytes();
        if (random.nextBoolean()) {
            file.alignment = 1 << random.nextInt(3, 8);
            file.pairs.add(new Pair("general.alignment", U32, i32(file.alignment)));
        }
        int pairs = random.nextInt(1, 5);
        for (int i = 0; i < pairs; i++) {
            file.pairs.add(randomPair("key." + i, random));
        }
        int tensors = random.nextInt(2, 6);
        for (int i = 0; i < tensors; i++) {
            file.tensors.add(randomTensor("tensor." + i, random));
        }
        file.pairCount = file.pairs.size();
        file.tensorCount = tensors;
        file.layOut(file.alignment);
        return file;
    }

    private static Pair randomPair(String key, RandomGenerator random) {
        int[] scalar = SCALARS[random.nextInt(SCALARS.length)];
        return switch (random.nextInt(4)) {
            case 0 -> new Pair(key, STRING, string("value " + random.nextInt()));
            case 1 -> {
                int count = random.nextInt(5);
                yield new Pair(
                        key,
                        ARRAY,
                        join(i32(scalar[0]), i64(count), raw(count * scalar[1], random)));
            }
            case 2 -> new Pair(key, ARRAY, join(i32(STRING), i64(2), string("a"), string("bc")));
            default -> new Pair(key, scalar[0], raw(scalar[1], random));
        };
    }

    private static Tensor randomTensor(String name, RandomGenerator random) {
        Map.Entry<WeightType, Integer> kind = TYPES.get(random.nextInt(TYPES.size()));
        WeightType type = kind.getKey();
        long block = Math.max(32, type.blockElements());
        Tensor tensor = new Tensor();
        tensor.name = name;
        tensor.nameLength = name.length();
        tensor.dimensions = random.nextInt(1, 5);
        tensor.shape = new long[tensor.dimensions];
        long elements = 1;
        for (int d = 0; d < tensor.dimensions; d++) {
            tensor.shape[d] = d == 0 ? block * random.nextInt(1, 4) : random.nextInt(1, 4);
            elements *= tensor.shape[d];
        }
        tensor.type = kind.getValue();
        tensor.data = raw((int) type.bytesOf(elements), random);
        return tensor;
    }

    /// Sets the offsets that the data has when it is padded to `padding`.
    void layOut(int padding) {
        long offset = 0;
        for (Tensor tensor : tensors) {
            tensor.offset = offset;
            offset += (tensor.data.length + padding - 1) / padding * padding;
        }
    }

    byte[] build() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(magic);
        out.writeBytes(i32(version));
        out.writeBytes(i64(tensorCount));
        out.writeBytes(i64(pairCount));
        for (Pair pair : pairs) {
            out.writeBytes(i64(pair.keyLength));
            out.writeBytes(pair.key.getBytes(StandardCharsets.UTF_8));
            out.writeBytes(i32(pair.type));
            out.writeBytes(pair.value);
        }
        for (Tensor tensor : tensors) {
            out.writeBytes(i64(tensor.nameLength));
            out.writeBytes(tensor.name.getBytes(StandardCharsets.UTF_8));
            out.writeBytes(i32(tensor.dimensions));
            for (long size : tensor.shape) {
                out.writeBytes(i64(size));
            }
            out.writeBytes(i32(tensor.type));
            out.writeBytes(i64(tensor.offset));
        }
        for (Tensor tensor : tensors) {
            pad(out, alignment);
            out.writeBytes(tensor.data);
        }
        return out.toByteArray();
    }

    private static void pad(ByteArrayOutputStream out, int alignment) {
        while (alignment > 0 && out.size() % alignment != 0) {
            out.write(0);
        }
    }

    static byte[] i32(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    static byte[] i64(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return join(i64(utf8.length), utf8);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] raw(int length, RandomGenerator random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
