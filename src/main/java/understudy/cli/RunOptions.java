package understudy.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import understudy.run.RunFolder;

/// RUN and `--device`, for commands that use a finished run.
final class RunOptions {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "RUN",
            defaultValue = RunFolder.LATEST,
            description = "A run's id (default: the newest finished run).")
    String run = RunFolder.LATEST;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
    String device = "auto";
}
