package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import understudy.SyntheticChats;
import understudy.base.ExitCode;

/// How the program says no.
final class Refusal {
    private Refusal() {}

    /// Exit code 2 or 3, and `error`, `at`, `fix` on standard error: a line each, `at` only where
    /// there is a place, the three of them again where several files failed.
    static void check(Called called) {
        String said = called.err();
        assertThat(called.exit())
                .as("%s: %s", called.words(), said)
                .isIn(ExitCode.USER, ExitCode.UNEXPECTED_STATE, failedInPart(called));
        assertThat(said).as("%s", called.words()).doesNotContain(SyntheticChats.CANARIES);
        assertThat(said.codePoints().filter(c -> c != '\n'))
                .as("%s: %s", called.words(), said)
                .noneMatch(Character::isISOControl);
        List<String> lines = said.lines().filter(l -> !l.startsWith("warning: ")).toList();
        assertThat(String.join("\n", lines) + "\n")
                .as("%s", called.words())
                .matches("(error: [^\\n]{5,}\\n(  at:  [^\\n]+\\n)?  fix: [^\\n]{5,}\\n)+");
    }

    /// What [Refusal] accepts from a call in which some of several files failed.
    private static int failedInPart(Called called) {
        boolean several = called.words().stream().filter(w -> w.endsWith(".txt")).count() > 1;
        return several ? ExitCode.CHECK_FAILED : ExitCode.USER;
    }
}
