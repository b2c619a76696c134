package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

class GgufTest {
    @TempDir Path folder;

    @TestFactory
    Stream<DynamicTest> refusesAndNamesTheField() {
        return GgufRejects.kinds().entrySet().stream()
                .map(kind ->
                        dynamicTest(
                                kind.getKey(),
                                () -> {
                                    for (long seed = 0; seed < 5; seed++) {
                                        Path file = folder.resolve(seed + ".gguf");
                                        Files.write(file, GgufRejects.bytes(kind.getValue(), seed));
                                        assertThat(GgufRejects.complaint(kind.getValue(), file))
                                                .as("seed %d", seed)
                                                .isEmpty();
                                    }
                                }));
    }

    @Test
    void readsRandomRightFiles() throws Exception {
        for (long seed = 0; seed < 200; seed++) {
            GgufBytes right =
                    GgufBytes.random(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
            Path file = folder.resolve("right.gguf");
            Files.write(file, right.build());
            try (Gguf gguf = Gguf.open(file)) {
                assertThat(gguf.metadata()).as("seed %d", seed).hasSize(right.pairs.size());
                for (GgufBytes.Tensor tensor : right.tensors) {
                    assertThat(gguf.bytes(tensor.name).mismatch(MemorySegment.ofArray(tensor.data)))
                            .as("seed %d, %s", seed, tensor.name)
                            .isEqualTo(-1);
                }
            }
            Files.delete(file);
        }
    }

    @Test
    void readsAnEmptyTensorAndAFileWithoutTensors() throws Exception {
        GgufBytes right = GgufBytes.random(RandomGeneratorFactory.of("L64X128MixRandom").create(1));
        right.tensors.getFirst().shape[0] = 0;
        right.tensors.getFirst().data = new byte[0];
        right.layOut(right.alignment);
        Path file = folder.resolve("zero.gguf");
        Files.write(file, right.build());
        try (Gguf gguf = Gguf.open(file)) {
            assertThat(gguf.bytes("tensor.0").byteSize()).isZero();
        }
        GgufBytes none = new GgufBytes();
        Path empty = folder.resolve("none.gguf");
        Files.write(empty, none.build());
        try (Gguf gguf = Gguf.open(empty)) {
            assertThat(gguf.tensors()).isEmpty();
            assertThat(gguf.metadata()).isEmpty();
        }
    }

    @Test
    void nestsArrays() throws Exception {
        GgufBytes file = new GgufBytes();
        byte[] inner = GgufBytes.join(GgufBytes.i32(0), GgufBytes.i64(2), new byte[] {1, 2});
        file.pairs.add(
                new GgufBytes.Pair(
                        "nested",
                        GgufBytes.ARRAY,
                        GgufBytes.join(GgufBytes.i32(9), GgufBytes.i64(2), inner, inner)));
        file.pairCount = 1;
        Path path = folder.resolve("nested.gguf");
        Files.write(path, file.build());
        try (Gguf gguf = Gguf.open(path)) {
            assertThat(gguf.metadata())
                    .containsEntry("nested", List.of(List.of(1L, 2L), List.of(1L, 2L)));
        }
    }

    @Test
    void aNameInAnErrorCannotDriveTheTerminal() throws Exception {
        GgufBytes file = GgufBytes.random(RandomGeneratorFactory.of("L64X128MixRandom").create(7));
        file.tensors.getFirst().name = "\u001b[2J\n\u202e" + "x".repeat(40);
        file.tensors.getFirst().nameLength = 6 + 40 + 2;
        file.tensors.getFirst().type = 999;
        Path path = folder.resolve("escape.gguf");
        Files.write(path, file.build());
        assertThatThrownBy(() -> Gguf.open(path))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("?[2J??xxx")
                .message()
                .doesNotContain("\u001b", "\n", "\u202e");
    }

    @Test
    void whatIsNotThereIsAnError() throws Exception {
        assertThatThrownBy(() -> Gguf.open(folder)).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> Gguf.open(folder.resolve("no.gguf")))
                .isInstanceOf(UserError.class);
        Path empty = Files.createFile(folder.resolve("empty.gguf"));
        assertThatThrownBy(() -> Gguf.open(empty))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a GGUF file");
    }

    @Test
    void refusesEverythingInASmallJvm() throws Exception {
        hugeHeaders();
        SmallJvm.run(GgufRejects.class, folder.toString(), "100");
    }

    /// Files whose counts are covered by their (sparse) length, yet must not become objects.
    private void hugeHeaders() throws Exception {
        for (int type : new int[] {0, 8, 9}) {
            GgufBytes file = new GgufBytes();
            byte[] value = GgufBytes.join(GgufBytes.i32(type), GgufBytes.i64(20_000_000));
            file.pairs.add(new GgufBytes.Pair("large", GgufBytes.ARRAY, value));
            file.pairCount = 1;
            sparse("large" + type, file);
        }
        GgufBytes tensors = new GgufBytes();
        tensors.tensorCount = 10_000_000;
        sparse("tensors", tensors);
        GgufBytes pairs = new GgufBytes();
        pairs.pairCount = 10_000_000;
        sparse("pairs", pairs);
        SmallJvm.run(OpenAll.class, folder.toString());
    }

    private void sparse(String name, GgufBytes header) throws Exception {
        Path path = folder.resolve(name + ".huge");
        Files.write(path, header.build());
        SmallJvm.extend(path, 400_000_000);
    }

    /// Opens every `.huge` file of a folder: refused or read, but never out of memory.
    static final class OpenAll {
        public static void main(String[] arguments) throws Exception {
            try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".huge")).toList()) {
                    try (Gguf gguf = Gguf.open(file)) {
                        System.out.println("opened " + file + gguf.tensors());
                    } catch (UserError e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
        }
    }

    @Test
    void unsupportedTypesAreNamedWhenRead() {
        try (Gguf gguf = Gguf.open(WeightGoldenTest.FOLDER.resolve("types.gguf"));
                Arena arena = Arena.ofConfined()) {
            assertThat(gguf.tensor("unread").type()).isEqualTo(WeightType.TQ2_0);
            assertThatThrownBy(() -> gguf.floats("unread", arena.allocate(4 * 256)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("TQ2_0 are not supported yet");
            assertThatThrownBy(() -> gguf.bytes("absent"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("`absent`");
        }
    }
}
