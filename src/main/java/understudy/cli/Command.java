package understudy.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
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

    @Override
    public final Integer call() throws Exception {
        return run(workspace(), Console.standard(json));
    }

    private Workspace workspace() {
        return home == null ? Workspace.standard() : new Workspace(home);
    }
}
