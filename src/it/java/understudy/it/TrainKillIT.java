package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.run.Checkpoints;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.run.RunHistory;
import understudy.run.RunState;

/// A training that is killed goes on from its last checkpoint and ends in the very same adapter,
/// to the bit, as one that nobody disturbed.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainKillIT {
    /// Printed with each failure; another one gives other instants.
    private static final long SEED = 20_261_124;

    private static final int KILLS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Many small steps with dropout, each followed by a checkpoint, so that a good part of the
    /// kills falls into the writing of one.
    private static final String[] TRAIN = {
        "train",
        "--epochs=1",
        "--checkpoint-every=1",
        "--set=row_length=256",
        "--set=batch_tokens=256",
        "--set=dropout=0.1",
        "--set=validate_every=10",
        "--set=patience=0",
        "--set=rank=4",
        "--max-tokens=9000",
        "--name=default"
    };

    private Program program = new Program(Path.of(""));
    private Workspace workspace = new Workspace(program.home());
    private int steps;
    private String unbroken = "";

    @BeforeAll
    void trainWithoutDisturbance(@TempDir Path folder) throws IOException {
        program = new Program(folder);
        workspace = new Workspace(program.home());
        Path export = SyntheticChats.write(folder, 300, "Kim").getFirst();
        succeed("import", "--me", SyntheticChats.ME, export.toString());
        succeed("prepare", "--base", SyntheticChats.tinyModel().toString());
        succeed(TRAIN);
        RunFolder run = newest();
        steps = run.history().step();
        assertThat(steps).isGreaterThan(25);
        unbroken = adapter(run);
    }

    private Program.Result succeed(String... words) {
        Program.Result result = program.run(words);
        assertThat(result.exit()).as("%s", result.err()).isEqualTo(ExitCode.OK);
        return result;
    }

    private RunFolder newest() throws IOException {
        return RunFolder.all(workspace).getLast();
    }

    private static String adapter(RunFolder run) throws IOException {
        byte[] bytes = Files.readAllBytes(run.adapter().resolve("adapter_model.safetensors"));
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /// Starts a new run and waits until it has begun.
    private RunFolder begin(List<Process> started) throws IOException {
        int before = RunFolder.all(workspace).size();
        started.add(program.start(TRAIN));
        Process process = started.getLast();
        await(process, () -> RunFolder.all(workspace).size() > before, "a run's folder");
        return newest();
    }

    private static boolean reached(RunFolder run, int step) throws IOException {
        return !run.history().sessions().isEmpty() && run.history().step() >= step;
    }

    /// What may be asked again and again.
    private interface Condition {
        boolean holds() throws IOException;
    }

    /// Waits for `condition`, for the end of `process`, or for patience to end.
    private static void await(Process process, Condition condition, String what)
            throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited for " + what).isLessThan(end);
            if (!process.isAlive()) {
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ends in time")
                .isTrue();
        return process.exitValue();
    }

    @Test
    void killedAtAnyInstantItEndsInTheSameAdapter() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        int killed = 0;
        while (killed < KILLS) {
            List<Process> sessions = new ArrayList<>();
            RunFolder run = begin(sessions);
            List<Integer> places = new ArrayList<>();
            // four kills a run, each some steps further, at some moment of a step or a save
            for (int part = 1; part <= 4; part++) {
                int place = random.nextInt((part - 1) * steps / 4, part * steps / 4);
                Process session = sessions.getLast();
                await(session, () -> reached(run, place), "step " + place);
                LockSupport.parkNanos(random.nextLong(0, 30_000_000));
                session.destroyForcibly();
                places.add(place);
                killed += end(session) == 137 ? 1 : 0;
                if (part < 4) {
                    sessions.add(program.start("train", "--resume", run.id()));
                }
            }
            if (run.state() != RunState.FINISHED) {
                succeed("train", "--resume");
            }
            assertThat(run.state()).isEqualTo(RunState.FINISHED);
            assertThat(adapter(run))
                    .as("seed %d, killed after the steps %s of %d", SEED, places, steps)
                    .isEqualTo(unbroken);
            assertThat(run.history().sessions()).hasSizeBetween(2, 5);
        }
    }

    @Test
    void askedToEndItSavesAndWhatIsDamagedLaterIsPassedOver() throws Exception {
        List<Process> sessions = new ArrayList<>();
        RunFolder run = begin(sessions);
        Process first = sessions.getFirst();
        await(first, () -> reached(run, steps / 3), "a third of the steps");
        first.destroy(); // SIGTERM
        assertThat(end(first)).isEqualTo(143);
        RunHistory history = run.history();
        assertThat(history.last().orElseThrow()).isInstanceOf(RunEvent.Interrupted.class);
        int last = history.step();
        List<Integer> saved = new Checkpoints(run.checkpoints()).steps();
        assertThat(saved).hasSize(2).endsWith(last);

        Path newest = run.checkpoints().resolve("step-" + last + "/state.safetensors");
        try (FileChannel file = FileChannel.open(newest, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 1);
        }
        Process second = program.start("train", "--resume", "--epochs=7");
        await(second, () -> run.history().sessions().size() > 1, "the second session");
        signal(second, "STOP"); // so that it is at work, however long the next start takes
        Program.Result third = program.run("train", "--resume", run.id());
        signal(second, "CONT");
        assertThat(third.exit()).isEqualTo(ExitCode.USER);
        assertThat(third.err())
                .startsWith("error: process " + second.pid() + " is training this run\n")
                .contains("  fix: wait until it ends, or stop it first");
        String said = new String(second.getInputStream().readAllBytes());
        assertThat(end(second)).as(said).isZero();
        assertThat(said)
                .contains("warning: checkpoint step-" + last + " is damaged")
                .contains("with its own settings; without effect: --epochs");
        assertThat(adapter(run)).isEqualTo(unbroken);
        RunEvent.Started before = run.history().sessions().getFirst();
        RunEvent.Started after = run.history().sessions().getLast();
        assertThat(after.resumedFromStep()).isEqualTo(last - 1);
        assertThat(after.computeType()).isEqualTo(before.computeType());
        assertThat(after.reason()).as("not measured again").contains("as asked for");
    }

    private static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }
}
