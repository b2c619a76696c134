package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

/// Damaged files end in a typed error or open to tensors that can be read; nothing else.
///
/// A mutant depends on the seed and its number alone. `-Dunderstudy.seed=N` runs others.
class WeightMutantsTest {
    private static final long SEED = Long.getLong("understudy.seed", 20261124L);
    private static final int MUTANTS = 1_000;
    private static final Path GOLDEN = WeightGoldenTest.FOLDER;

    /// What overflows, wraps or lies by one.
    private static final long[] NASTY = {
        0,
        1,
        -1,
        2,
        8,
        32,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1L << 62,
        1L << 61
    };

    @TempDir Path folder;

    @Test
    void gguf() throws Exception {
        run("gguf", i -> GgufBytes.random(random(-i)).build(), Gguf::open);
    }

    @Test
    void safetensors() throws Exception {
        byte[] single = Files.readAllBytes(GOLDEN.resolve("types.safetensors"));
        run("safetensors", i -> single, Safetensors::open);
    }

    @Test
    void safetensorsIndex() throws Exception {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(GOLDEN.resolve("sharded"))) {
            for (Path file : files) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        byte[] index = Files.readAllBytes(folder.resolve(ShardIndex.FILE));
        for (int i = 0; i < MUTANTS / 4; i++) {
            Files.write(folder.resolve(ShardIndex.FILE), mutate(index, random(i)));
            check("index " + i, folder, Safetensors::open);
        }
    }

    private static RandomGenerator random(long i) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(SEED * 0x9E3779B97F4A7C15L + i);
    }

    private void run(String name, Function<Integer, byte[]> right, Function<Path, WeightFile> open)
            throws Exception {
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            // a name of its own: writing over a file that is still mapped would be another test
            Path path = folder.resolve(name + i);
            Files.write(path, mutate(right.apply(i), random(i)));
            refused += check(name + " " + i, path, open);
            Files.delete(path);
        }
        System.out.printf("%s mutants, seed %d: %d of %d refused%n", name, SEED, refused, MUTANTS);
        assertThat(refused).isBetween(MUTANTS / 10, MUTANTS);
    }

    private static int check(String name, Path path, Function<Path, WeightFile> open) {
        try (WeightFile file = open.apply(path)) {
            for (TensorInfo info : file.tensors().values()) {
                assertThat(file.bytes(info.name()).byteSize()).isEqualTo(info.byteLength());
                if (Dequantizer.supports(info.type())) {
                    Dequantizer.toFloats(
                            info.type(), file.bytes(info.name()), new float[(int) info.elements()]);
                }
            }
            if (file instanceof Gguf gguf) {
                assertThat(gguf.metadata().toString()).isNotEmpty();
            }
            return 0;
        } catch (UserError e) {
            assertThat(e.what()).doesNotContainPattern("\\p{Cntrl}");
            return 1;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(name + " of seed " + SEED, e);
        }
    }

    /// One to three damages, most of them in the header.
    private static byte[] mutate(byte[] right, RandomGenerator random) {
        byte[] bytes = right.clone();
        for (int n = random.nextInt(1, 4); n > 0 && bytes.length > 8; n--) {
            int header = random.nextInt(4) > 0 ? Math.min(bytes.length, 600) : bytes.length;
            int at = random.nextInt(header);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                case 3 -> nasty(bytes, Math.min(at, bytes.length - 8), random);
                case 4 -> bytes = remove(bytes, at, random.nextInt(1, 9));
                default -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 64));
            }
        }
        return bytes;
    }

    private static void nasty(byte[] bytes, int at, RandomGenerator random) {
        long value =
                random.nextBoolean()
                        ? NASTY[random.nextInt(NASTY.length)]
                        : bytes.length - at + random.nextInt(-2, 3);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (random.nextBoolean()) {
            buffer.putLong(at, value);
        } else {
            buffer.putInt(at, (int) value);
        }
    }

    private static byte[] remove(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] left = new byte[bytes.length - (end - at)];
        System.arraycopy(bytes, 0, left, 0, at);
        System.arraycopy(bytes, end, left, at, bytes.length - end);
        return left;
    }
}
