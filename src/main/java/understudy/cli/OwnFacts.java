package understudy.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.FactSettings;
import understudy.dataset.facts.Fact;
import understudy.dataset.facts.FactsFile;

/// What the owner wrote about themselves.
final class OwnFacts {
    private OwnFacts() {}

    /// None where they are switched off, or where nobody named a file and the home has none.
    ///
    /// @throws UserError where the file that is named is not there, or cannot be understood
    static List<Fact> read(Workspace workspace, FactSettings settings) {
        Path file = file(workspace, settings);
        if (!settings.on() || (settings.file().isBlank() && !Files.isRegularFile(file))) {
            return List.of();
        }
        return FactsFile.read(file);
    }

    /// Where they are looked for.
    static Path file(Workspace workspace, FactSettings settings) {
        return workspace
                .home()
                .resolve(settings.file().isBlank() ? FactsFile.NAME : settings.file());
    }
}
