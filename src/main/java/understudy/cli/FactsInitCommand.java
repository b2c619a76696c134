package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.facts.FactsFile;

/// Writes a file of facts to fill in.
@CommandLine.Command(
        name = "init",
        description = "Write a facts.md with every well-known key, to fill in.")
final class FactsInitCommand extends Command {
    @Override
    int run(Workspace workspace, Console console) throws IOException {
        PrivateFiles.createFolders(workspace.home());
        Path file = workspace.home().resolve(FactsFile.NAME);
        if (Files.exists(file)) {
            throw new UserError(
                    "there is a file of facts already",
                    file.toString(),
                    "edit it, or move it away first");
        }
        PrivateFiles.writeString(file, FactsFile.example());
        console.say("written: " + file);
        console.say("next: fill in what you like, then understudy facts");
        console.result(Map.of("file", file.toString()));
        return ExitCode.OK;
    }
}
