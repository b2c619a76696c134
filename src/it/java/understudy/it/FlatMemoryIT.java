package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.run.EventLog;
import understudy.run.RunEvent;
import understudy.run.RunFolder;

/// Training leaves nothing behind in memory: a step that kept 20 KB would end a night's run.
@EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from /proc")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlatMemoryIT {
    private static final int STEPS = 300;

    /// Steps in which the JVM still compiles and the allocator still takes from the system.
    private static final int WARM_UP = 50;

    private static final double MOST_KIB_A_STEP = 20;

    /// Of a fixed size and taken at once: what is left to grow is not the garbage collector's.
    private static final String HEAP = "-Xms96m -Xmx96m -XX:+AlwaysPreTouch -XX:+UseSerialGC";

    private Program program = new Program(Path.of(""));
    private Workspace workspace = new Workspace(program.home());

    @BeforeAll
    void prepare(@TempDir Path folder) throws IOException {
        program = new Program(folder).with("UNDERSTUDY_JAVA_OPTS", HEAP);
        workspace = new Workspace(program.home());
        Path export = SyntheticChats.write(folder, 300, "Kim").getFirst();
        succeed("import", "--me", SyntheticChats.ME, export.toString());
        succeed("prepare", "--base", SyntheticChats.tinyModel().toString());
    }

    private void succeed(String... words) {
        Program.Result result = program.run(words);
        assertThat(result.exit()).as("%s", result.err()).isEqualTo(ExitCode.OK);
    }

    @Test
    void lora() throws Exception {
        staysFlat("--set=compute_type=f32");
    }

    @Test
    void loraOnAFourBitBaseWithAnEightBitOptimiser() throws Exception {
        staysFlat("--set=compute_type=f32", "--quantization=nf4", "--set=optimizer_bits=8");
    }

    private void staysFlat(String... settings) throws Exception {
        List<String> words = new ArrayList<>(List.of(settings));
        words.addAll(
                0,
                List.of(
                        "train",
                        "--epochs=1000",
                        "--checkpoint-every=100",
                        "--set=row_length=160",
                        "--set=batch_tokens=160",
                        "--set=rank=4",
                        "--set=patience=0",
                        "--max-tokens=" + 160 * (STEPS + 40)));
        TreeMap<Integer, Long> resident = watch(program.start(words.toArray(String[]::new)));
        assertThat(resident.lastKey()).isGreaterThanOrEqualTo(STEPS);
        double slope = slope(resident.tailMap(WARM_UP));
        System.out.printf(
                "%s: %+.2f KiB a step over %d measurements, %d MiB at the end%n",
                Arrays.toString(settings),
                slope,
                resident.tailMap(WARM_UP).size(),
                resident.lastEntry().getValue() / 1024);
        assertThat(resident.tailMap(WARM_UP)).hasSizeGreaterThan(8);
        assertThat(slope).as("KiB a step").isLessThanOrEqualTo(MOST_KIB_A_STEP);
    }

    /// Memory of the process in KiB by the steps done when it was read.
    private TreeMap<Integer, Long> watch(Process training) throws Exception {
        TreeMap<Integer, Long> resident = new TreeMap<>();
        int before = RunFolder.all(workspace).size();
        Path status = Path.of("/proc", Long.toString(training.pid()), "status");
        while (training.isAlive()) {
            List<RunFolder> runs = RunFolder.all(workspace);
            if (runs.size() > before) {
                int step = step(runs.getLast());
                long kib = residentKib(status);
                if (kib > 0) {
                    resident.put(step, kib);
                }
            }
            training.waitFor(40, TimeUnit.MILLISECONDS);
        }
        String said = new String(training.getInputStream().readAllBytes());
        assertThat(training.exitValue()).as(said).isEqualTo(ExitCode.OK);
        return resident;
    }

    private static int step(RunFolder run) throws IOException {
        if (!Files.exists(run.events())) {
            return 0;
        }
        int last = 0;
        for (RunEvent event : EventLog.read(run.events()).events()) {
            last = event instanceof RunEvent.StepDone done ? done.step() : last;
        }
        return last;
    }

    /// 0 where the process is gone.
    private static long residentKib(Path status) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            return 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /// Theil and Sen's line: the median of the slopes between any two points, which a single jump,
    /// such as a compiled method, does not bend.
    private static double slope(java.util.SortedMap<Integer, Long> points) {
        List<Integer> steps = List.copyOf(points.keySet());
        List<Double> slopes = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            for (int j = i + 1; j < steps.size(); j++) {
                double rise = points.get(steps.get(j)) - points.get(steps.get(i));
                slopes.add(rise / (steps.get(j) - steps.get(i)));
            }
        }
        slopes.sort(null);
        return slopes.get(slopes.size() / 2);
    }
}
