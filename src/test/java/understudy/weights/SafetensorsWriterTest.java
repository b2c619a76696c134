package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir Path folder;

    private static byte[] raw(int length, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private Path written(String name, boolean turned) {
        List<Runnable> adds = new ArrayList<>();
        SafetensorsWriter writer =
                new SafetensorsWriter().metadata("zeta", "é").metadata("alpha", "1");
        adds.add(() -> writer.add("w", WeightType.BF16, new long[] {3, 5}, segment(30, 1)));
        adds.add(() -> writer.add("a \"quoted\"", WeightType.F32, new long[] {7}, segment(28, 2)));
        adds.add(() -> writer.add("flag", WeightType.BOOL, new long[] {3}, segment(3, 3)));
        adds.add(() -> writer.add("none", WeightType.F16, new long[] {0, 9}, segment(0, 4)));
        (turned ? adds.reversed() : adds).forEach(Runnable::run);
        Path path = folder.resolve(name);
        writer.write(path);
        return path;
    }

    private static MemorySegment segment(int length, long seed) {
        return MemorySegment.ofArray(raw(length, seed));
    }

    @Test
    void readsBackWhatItWrote() throws Exception {
        Path path = written("model.safetensors", false);
        try (Safetensors file = Safetensors.open(folder)) {
            assertThat(file.tensors()).hasSize(4);
            assertThat(file.tensor("w").shape()).containsExactly(3, 5);
            assertThat(file.bytes("w").mismatch(segment(30, 1))).isEqualTo(-1);
            assertThat(file.bytes("a \"quoted\"").mismatch(segment(28, 2))).isEqualTo(-1);
            assertThat(file.bytes("flag").mismatch(segment(3, 3))).isEqualTo(-1);
            assertThat(file.metadata())
                    .containsEntry("format", "pt")
                    .containsEntry("alpha", "1")
                    .containsEntry("zeta", "é");
            assertThat(file.bytes("w").isReadOnly()).isTrue();
        }
        assertThat(Files.size(path) % 8).isEqualTo((28 + 30 + 3) % 8);
    }

    @Test
    void theOrderOfAddingDoesNotShow() {
        assertThat(written("one", false)).hasSameBinaryContentAs(written("two", true));
    }

    @Test
    void onlyItsOwnerMayReadTheFile() throws Exception {
        Path path = written("private", false);
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void replacingAMappedFileLeavesTheMappedBytes() {
        Path path = written("mapped", false);
        try (Safetensors old = Safetensors.open(path)) {
            for (int i = 0; i < 20; i++) {
                new SafetensorsWriter()
                        .add("w", WeightType.U8, new long[] {1}, segment(1, i))
                        .write(path);
            }
            assertThat(old.bytes("w").mismatch(segment(30, 1))).isEqualTo(-1);
        }
    }

    @Test
    void aBodyOfTheWrongLengthLeavesNothing() throws Exception {
        Path path = folder.resolve("wrong");
        SafetensorsWriter writer =
                new SafetensorsWriter()
                        .add("w", WeightType.U8, new long[] {4}, out -> out.write(new byte[3]));
        assertThatThrownBy(() -> writer.write(path)).isInstanceOf(IllegalStateException.class);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void refusesNamesTwiceAndTypesTheFormatLacks() {
        SafetensorsWriter writer =
                new SafetensorsWriter().add("w", WeightType.U8, new long[] {1}, segment(1, 1));
        assertThatThrownBy(() -> writer.add("w", WeightType.U8, new long[] {1}, segment(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.add("q", WeightType.Q4_0, new long[] {32}, segment(18, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
