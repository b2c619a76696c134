package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.base.Workspace;

class RunFolderTest {
    @TempDir Path home;
    private Workspace workspace;

    @BeforeEach
    void openHome() {
        workspace = new Workspace(home);
    }

    private RunFolder createAt(String instant) throws Exception {
        return RunFolder.create(
                workspace, Clock.fixed(Instant.parse(instant), ZoneId.of("Europe/Berlin")));
    }

    private static void log(RunFolder run, RunEvent... events) throws Exception {
        try (EventLog log = run.eventLog()) {
            for (RunEvent event : events) {
                log.append(event);
            }
        }
    }

    private static final RunEvent END = new RunEvent.Finished(1, 1, 1, null, null, 1);

    @Test
    void anIdIsItsTimeAndThreeLetters() throws Exception {
        RunFolder run = createAt("2026-11-24T23:15:02.9Z");
        assertThat(run.id()).matches("20261124-231502-[a-z0-9]{3}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(run.path())))
                .isEqualTo("rwx------");
    }

    @Test
    void idsSortInTheOrderOfCreationWhateverTheClockDoes() throws Exception {
        List<String> ids = new ArrayList<>();
        for (String time :
                List.of(
                        "2026-10-25T00:59:59Z",
                        "2026-10-25T00:59:59Z", // the same second
                        "2026-10-25T01:00:00Z", // Berlin's clocks go back
                        "2026-10-24T23:59:00Z", // set back an hour
                        "2036-10-25T00:00:00Z", // ten years off
                        "2026-10-25T02:00:00Z")) {
            ids.add(createAt(time).id());
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(RunFolder.all(workspace)).extracting(RunFolder::id).isEqualTo(ids);
    }

    @Test
    void latestIsTheNewestFinishedRun() throws Exception {
        RunFolder first = RunFolder.create(workspace);
        RunFolder second = RunFolder.create(workspace);
        RunFolder third = RunFolder.create(workspace);
        log(first, END);
        log(second, END);
        log(third, new RunEvent.Interrupted(4));
        assertThat(RunFolder.open(workspace, "latest")).isEqualTo(second);
        assertThat(RunFolder.newestUnfinished(workspace)).contains(third);
        log(third, END);
        assertThat(RunFolder.newestUnfinished(workspace)).isEmpty();
    }

    @Test
    void namesThatAreNoRunAreRefused() throws Exception {
        RunFolder.create(workspace);
        for (String name :
                List.of(
                        "latest",
                        "",
                        "..",
                        "../runs",
                        "/etc",
                        "20261124-231502-abc",
                        "20261324-231502-abc",
                        "20261124-231502-abc/../x",
                        "LATEST")) {
            assertThatThrownBy(() -> RunFolder.open(workspace, name))
                    .as(name)
                    .isInstanceOf(UserError.class);
        }
    }

    @Test
    void anEmptyHomeHasNoRuns() throws Exception {
        assertThat(RunFolder.all(workspace)).isEmpty();
        assertThat(RunFolder.newestUnfinished(workspace)).isEmpty();
    }

    @Test
    void aRunIsRunningWhileItsLockIsHeld() throws Exception {
        RunFolder run = RunFolder.create(workspace);
        try (RunLock _ = run.lock()) {
            assertThat(run.state()).isEqualTo(RunState.RUNNING);
            assertThat(run.state()).isEqualTo(RunState.RUNNING); // asking did not free it
        }
        assertThat(run.state()).isEqualTo(RunState.INTERRUPTED);
    }
}
