package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;

class CheckpointsTest {
    private static final long SEED = 20261124;

    @TempDir Path run;
    private Path folder;
    private Checkpoints checkpoints;
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void open() {
        folder = run.resolve("checkpoints");
        checkpoints = new Checkpoints(folder);
    }

    private static JsonNode state(int step) {
        return Json.json().valueToTree(Map.of("position", step * 4, "random", List.of(1, 2)));
    }

    private Checkpoint save(int step) throws IOException {
        byte[] weights = new byte[300];
        new Random(step).nextBytes(weights);
        Map<String, PrivateFiles.Body> files =
                Map.of(
                        "adapter.safetensors", out -> out.write(weights),
                        "optimizer.safetensors", out -> out.write(weights, 0, 100),
                        "empty.bin", _ -> {});
        return checkpoints.save(step, files, state(step));
    }

    private Optional<Integer> latest() throws IOException {
        warnings.clear();
        return checkpoints.latestValid(warnings::add).map(Checkpoint::step);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aSavedCheckpointComesBackWithItsState() throws Exception {
        assertThat(latest()).isEmpty();
        Checkpoint saved = save(20);
        Checkpoint found = checkpoints.latestValid(warnings::add).orElseThrow();
        assertThat(found).isEqualTo(saved);
        assertThat(found.state()).isEqualTo(state(20));
        assertThat(found.file("adapter.safetensors")).hasSize(300);
        assertThat(found.bytes()).isGreaterThan(400);
        assertThat(warnings).isEmpty();
        try (Stream<Path> all = Files.walk(run)) {
            assertThat(all.skip(1).map(CheckpointsTest::mode).distinct())
                    .containsExactlyInAnyOrder("rwx------", "rw-------");
        }
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyCutAndEveryFlippedBitIsFoundNamedAndStepsBackToTheCheckpointBefore()
            throws Exception {
        save(20);
        Path newest = save(40).folder();
        Random random = new Random(SEED);
        int mutants = 0;
        List<Path> files;
        try (Stream<Path> all = Files.list(newest)) {
            files = all.toList();
        }
        assertThat(files).hasSize(5);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            for (byte[] mutant : mutants(whole, random)) {
                Files.write(file, mutant);
                assertThat(latest()).as("%s, seed %d", file.getFileName(), SEED).contains(20);
                assertThat(warnings)
                        .singleElement()
                        .asString()
                        .contains("step-40", file.getFileName().toString());
                mutants++;
            }
            Files.delete(file);
            assertThat(latest()).contains(20);
            Files.write(file, whole);
            assertThat(latest()).contains(40);
        }
        assertThat(mutants).isGreaterThan(190);
    }

    /// Cuts at 0, 1, half and n - 1 bytes, one byte more, and 45 single flipped bits.
    private static List<byte[]> mutants(byte[] whole, Random random) {
        List<byte[]> mutants = new ArrayList<>();
        mutants.add(java.util.Arrays.copyOf(whole, whole.length + 1));
        if (whole.length == 0) {
            return mutants;
        }
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
            mutants.add(java.util.Arrays.copyOf(whole, length));
        }
        for (int i = 0; i < 45; i++) {
            byte[] flipped = whole.clone();
            flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            mutants.add(flipped);
        }
        return mutants;
    }

    @Test
    void everySingleBitOfAManifestCounts() throws Exception {
        save(20);
        Path manifest = save(40).folder().resolve("manifest.json");
        byte[] whole = Files.readAllBytes(manifest);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(manifest, flipped);
            assertThat(latest()).as("bit %d", bit).contains(20);
        }
    }

    @Test
    void aCheckpointUnderAnotherNameIsNotBelieved() throws Exception {
        save(20);
        Files.move(save(40).folder(), folder.resolve("step-60"));
        assertThat(latest()).contains(20);
    }

    @Test
    void aFailedSaveLeavesNoTraceAndTheOldOneAlone() throws Exception {
        save(20);
        PrivateFiles.Body full =
                out -> {
                    out.write(1);
                    throw new IOException("No space left on device");
                };
        for (int step : new int[] {20, 40}) {
            assertThatThrownBy(() -> checkpoints.save(step, Map.of("a.bin", full), state(step)))
                    .isInstanceOf(IOException.class);
        }
        assertThat(names()).containsExactly("step-20");
        assertThat(latest()).contains(20);
        save(40);
        assertThat(latest()).contains(40);
    }

    @Test
    void theSameStepCanBeSavedAgain() throws Exception {
        save(20);
        checkpoints.save(20, Map.of(), state(7));
        assertThat(checkpoints.latestValid(warnings::add).orElseThrow().state())
                .isEqualTo(state(7));
        assertThat(names()).containsExactly("step-20");
    }

    @Test
    void aNameThatLeavesTheFolderIsRefused() {
        for (String name : List.of("../a", "a/b", "", ".hidden", "manifest.json")) {
            assertThatThrownBy(() -> checkpoints.save(1, Map.of(name, _ -> {}), state(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theNewestAndTheBestStayWhateverTheFileTimesSay() throws Exception {
        Random random = new Random(SEED);
        for (int schedule = 0; schedule < 100; schedule++) {
            Path own = run.resolve("schedule-" + schedule);
            Checkpoints some = new Checkpoints(own);
            int keep = 1 + random.nextInt(3);
            int best = 10 * (1 + random.nextInt(6));
            for (int step = 10; step <= 60; step += 10) {
                some.save(step, Map.of(), state(step));
                shuffleTimes(own, random);
                OptionalInt known = step < best ? OptionalInt.empty() : OptionalInt.of(best);
                some.retain(step, keep, known);
                assertThat(some.steps())
                        .as("schedule %d, seed %d", schedule, SEED)
                        .contains(step)
                        .hasSizeBetween(1, keep + 1);
            }
            assertThat(some.steps()).contains(best);
            for (int newest = 0; newest < keep; newest++) {
                assertThat(some.steps()).contains(60 - 10 * newest);
            }
        }
    }

    private static void shuffleTimes(Path folder, Random random) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            for (Path path : all.toList()) {
                Instant time = Instant.EPOCH.plusSeconds(random.nextInt());
                Files.setLastModifiedTime(path, FileTime.from(time));
            }
        }
    }

    @Test
    void afterFallingBackAnAbandonedLaterStepDoesNotPushOutTheCurrentOne() throws Exception {
        save(20);
        Files.write(save(40).file("adapter.safetensors"), new byte[] {1});
        assertThat(latest()).contains(20);
        save(30);
        checkpoints.retain(30, 1, OptionalInt.empty());
        assertThat(names()).containsExactly("step-30");
    }

    @Test
    void aDamagedOneDoesNotCountAsOneOfTheNewest() throws Exception {
        save(20);
        Files.write(save(40).file("adapter.safetensors"), new byte[] {1});
        save(60);
        checkpoints.retain(60, 2, OptionalInt.empty());
        assertThat(checkpoints.steps()).containsExactly(20, 60);
    }

    @Test
    void theSweepRemovesWhatAKilledProcessLeft() throws Exception {
        save(20);
        for (String orphan : List.of(".growing-1", ".trash-2", ".replaced-step-20")) {
            PrivateFiles.writeString(folder.resolve(orphan).resolve("deep/file"), "x");
        }
        checkpoints.sweep();
        assertThat(names()).containsExactly("step-20");
        Files.move(folder.resolve("step-20"), folder.resolve(".replaced-step-20"));
        checkpoints.sweep(); // killed between setting the old one aside and publishing the new one
        assertThat(latest()).contains(20);
    }
}
