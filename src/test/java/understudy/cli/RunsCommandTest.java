package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.Workspace;
import understudy.run.EventLog;
import understudy.run.RunEvent;
import understudy.run.RunFolder;

class RunsCommandTest {
    @TempDir Path home;
    private Workspace workspace;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void openHome() {
        workspace = new Workspace(home);
    }

    private String call(Command command, boolean json) throws Exception {
        out.reset();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream talk = new PrintStream(new ByteArrayOutputStream(), true);
        Console console = new Console(json, stream, json ? talk : stream);
        assertThat(command.run(workspace, console)).isEqualTo(ExitCode.OK);
        return out.toString(StandardCharsets.UTF_8);
    }

    /// 40 steps, the loss falling from 4 to 2.05, validated every 10, best at 30.
    private RunFolder finishedRun() throws Exception {
        RunFolder run = RunFolder.create(workspace);
        Files.createDirectory(run.adapter());
        run.writeConfig("epochs: 2\nrank: 32\n");
        try (EventLog log = run.eventLog()) {
            log.append(
                    new RunEvent.Started(
                            Instant.parse("2026-11-24T23:15:02Z"),
                            "smollm2-135m",
                            "default",
                            "default",
                            "bf16",
                            "this CPU multiplies bf16",
                            20,
                            20_000,
                            12_000,
                            40,
                            40_000,
                            0));
            for (int step = 1; step <= 40; step++) {
                double loss = step == 7 ? Double.NaN : 4 - 0.05 * (step - 1);
                log.append(
                        new RunEvent.StepDone(
                                step, step / 20.0, step * 1000L, loss, 1e-4, 1, 1, 1000));
                if (step % 10 == 0) {
                    log.append(
                            new RunEvent.Validated(step, step == 40 ? 2.9 : 4 - step / 25.0, true));
                }
            }
            log.append(new RunEvent.Finished(40, 40_000, 40, 30, 2.8, 2500));
        }
        return run;
    }

    @Test
    void anEmptyHomeSaysWhatToDo() throws Exception {
        assertThat(call(new RunsCommand(), false)).contains("understudy train");
        assertThat(call(new RunsCommand(), true)).isEqualTo("[]\n");
    }

    @Test
    void listsEveryRunOldestFirst() throws Exception {
        RunFolder finished = finishedRun();
        RunFolder stopped = RunFolder.create(workspace);
        assertThat(call(new RunsCommand(), false).lines().skip(1))
                .satisfiesExactly(
                        l -> assertThat(l).contains(finished.id(), "finished", "40", "2.8000"),
                        l -> assertThat(l).contains(stopped.id(), "interrupted"));
        JsonNode rows = Json.json().readTree(call(new RunsCommand(), true));
        assertThat(rows.size()).isEqualTo(2);
        assertThat(rows.get(0).get("run").asString()).isEqualTo(finished.id());
        assertThat(rows.get(0).get("adapter").asString()).isEqualTo(finished.adapter().toString());
        assertThat(rows.get(0).get("created").asString()).isEqualTo("2026-11-24T23:15:02Z");
        assertThat(rows.get(1).get("state").asString()).isEqualTo("interrupted");
        assertThat(rows.get(1).get("adapter").isNull()).isTrue();
    }

    @Test
    void showsSettingsCurveAndBestStep() throws Exception {
        RunFolder run = finishedRun();
        String text = call(new RunsShowCommand(), false);
        assertThat(text)
                .contains(run.id() + ", finished")
                .contains("  rank: 32\n")
                .contains("step 40 of 40, 40,000 of 40,000 tokens, 1 session\n")
                .contains("   4.000 │· ·")
                .contains("●")
                .contains("best: step 30, validation loss 2.8000");
        assertThat(text.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThan(120));
        JsonNode shown = Json.json().readTree(call(new RunsShowCommand(), true));
        assertThat(shown.get("steps").size()).isEqualTo(40);
        assertThat(shown.get("best_step").asInt()).isEqualTo(30);
    }

    @Test
    void aRunWhoseProcessDiedSaysSoAndHowToGoOn() throws Exception {
        RunFolder run = RunFolder.create(workspace);
        try (EventLog log = run.eventLog()) {
            log.append(
                    new RunEvent.Started(
                            Instant.EPOCH, "b", "d", "r", "f32", "slow", 1, 1, 1, 9, 9, 0));
        }
        RunsShowCommand show = new RunsShowCommand();
        show.name = run.id();
        assertThat(call(show, false))
                .contains("ended    without a word")
                .contains("go on    understudy train --resume " + run.id());
    }

    @Test
    void aRunWithoutASingleNumberIsShownToo() throws Exception {
        RunFolder run = RunFolder.create(workspace);
        try (EventLog log = run.eventLog()) {
            log.append(new RunEvent.StepDone(1, 0, 9, Double.NaN, 0, Double.NaN, 1, 9));
            log.append(new RunEvent.Finished(1, 9, 1, null, null, 9));
        }
        assertThat(call(new RunsShowCommand(), false)).contains("no loss was a number");
    }
}
