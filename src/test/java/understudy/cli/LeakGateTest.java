package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.run.RunFolder;

/// Between a run and others: its leak report.
class LeakGateTest {
    @TempDir Path home;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Console console() {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new Console(true, out, out);
    }

    private RunFolder run(String verdict) throws IOException {
        RunFolder run = RunFolder.create(new Workspace(home));
        if (!verdict.isEmpty()) {
            PrivateFiles.createFolders(run.report());
            PrivateFiles.writeString(run.report().resolve(LeakGate.FILE), verdict);
        }
        return run;
    }

    private String check(RunFolder run, boolean accepted) throws IOException {
        said.reset();
        LeakGate.check(new Workspace(home), List.of(run.id()), accepted, console());
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRunThatPassedIsNotTalkedAbout() throws IOException {
        assertThat(check(run("{\"verdict\":\"passed\"}"), false)).isEmpty();
    }

    @Test
    void whereNothingWasMeasuredANoticeSaysHow() throws IOException {
        for (String report : List.of("", "{\"verdict\":\"invalid\"}", "no json", "[]")) {
            RunFolder run = run(report);
            assertThat(check(run, false))
                    .contains("note: nobody measured")
                    .contains("understudy evaluate " + run.id() + " --leak");
        }
    }

    @Test
    void aRunThatFailedNeedsItsOwnersWord() throws IOException {
        RunFolder run = run("{\"verdict\":\"failed\"}");
        assertThatThrownBy(() -> check(run, false))
                .isInstanceOf(UserError.class)
                .satisfies(e -> assertThat(((UserError) e).fix()).contains("--accept-leaks"));
        assertThatCode(() -> check(run, true)).doesNotThrowAnyException();
        assertThat(check(run, true)).contains("warning: the leak report of " + run.id());
    }
}
