package understudy.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import understudy.base.Workspace;

/// What every command has: the home, `--json`, `-v`, and one way to print.
abstract class Command implements Callable<Integer> {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description =
                    "Where everything is kept (default: $UNDERSTUDY_HOME, else ~/.understudy).")
    @Nullable Path home;

    @Option(
            names = "--json",
            description = "Print the result as one line of JSON; progress goes to standard error.")
    boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say more.")
    boolean verbose;

    /// @return one of [understudy.base.ExitCode]
    abstract int run(Workspace workspace, Console console) throws Exception;

    @Spec @Nullable CommandSpec spec;

    @Override
    public final Integer call() throws Exception {
        takeFromParents();
        return run(workspace(), Console.standard(json));
    }

    /// `runs --json show RUN` means `runs show --json RUN`.
    private void takeFromParents() {
        CommandLine above = spec == null ? null : spec.parent().commandLine();
        while (above != null && above.getCommand() instanceof Command parent) {
            json |= parent.json;
            verbose |= parent.verbose;
            home = home == null ? parent.home : home;
            above = above.getParent();
        }
    }

    /// The home that `--home` or the environment names.
    final Workspace workspace() {
        return home == null ? Workspace.standard() : new Workspace(home);
    }
}
