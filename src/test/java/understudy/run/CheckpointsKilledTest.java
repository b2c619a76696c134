package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.Json;
import understudy.base.PrivateFiles;

/// Processes that do nothing but save are killed at seeded moments, most of them inside a save.
class CheckpointsKilledTest {
    private static final long SEED = 20261125;
    private static final int ROUNDS = 10;

    @TempDir Path folder;

    /// Goes on from the newest checkpoint, saves without end, and says each step it has saved.
    public static final class Saver {
        public static void main(String[] arguments) throws Exception {
            Checkpoints checkpoints = new Checkpoints(Path.of(arguments[0]));
            checkpoints.sweep();
            int step = checkpoints.latestValid(_ -> {}).map(Checkpoint::step).orElse(0);
            byte[] weights = new byte[2_000_000];
            Map<String, PrivateFiles.Body> files = Map.of("weights.bin", o -> o.write(weights));
            while (true) {
                step++;
                checkpoints.save(step, files, Json.json().createObjectNode().put("step", step));
                System.out.println(step);
                checkpoints.retain(step, 1, OptionalInt.empty());
            }
        }
    }

    @Test
    void whatWasSavedIsThereAndNothingElseIsLeft() throws Exception {
        Random random = new Random(SEED);
        Checkpoints checkpoints = new Checkpoints(folder);
        int last = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int said = saveAndKill(last + 3, random.nextInt(20_000_000));
            List<String> warnings = new ArrayList<>();
            Checkpoint found = checkpoints.latestValid(warnings::add).orElseThrow();
            assertThat(warnings).as("round %d, seed %d", round, SEED).isEmpty();
            assertThat(found.step()).as("round %d, seed %d", round, SEED).isBetween(said, said + 1);
            assertThat(found.state().get("step").asInt()).isEqualTo(found.step());
            last = found.step();
        }
        checkpoints.sweep();
        checkpoints.retain(last, 1, OptionalInt.empty());
        assertThat(folder.toFile().list()).containsExactly("step-" + last);
    }

    /// @return the last step that the process said it had saved
    private int saveAndKill(int untilStep, int nanosMore) throws Exception {
        Process saver =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Saver.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        int said = 0;
        try (BufferedReader out = saver.inputReader(StandardCharsets.UTF_8)) {
            while (said < untilStep) {
                said = Integer.parseInt(out.readLine());
            }
            LockSupport.parkNanos(nanosMore);
            saver.toHandle().destroyForcibly(); // unlike the process, it leaves the stream open
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said = Integer.parseInt(line);
            }
        }
        return said;
    }
}
