package understudy.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;

/// Which terms of use the person has accepted, and when: `HOME/models/accepted-terms.json`, an
/// object of their addresses with times.
///
/// @param file may be missing: then nothing was accepted
record AcceptedTerms(Path file) {
    static AcceptedTerms of(Workspace workspace) {
        return new AcceptedTerms(workspace.models().resolve("accepted-terms.json"));
    }

    /// Whether they were accepted on this machine. A file that cannot be read says no: asking twice
    /// does no harm.
    boolean holds(CatalogueModel.Terms terms) {
        return read().containsKey(terms.url());
    }

    /// @throws UserError when it cannot be noted
    void add(CatalogueModel.Terms terms) {
        Map<String, String> all = read();
        all.put(terms.url(), Instant.now().toString());
        try {
            PrivateFiles.writeString(file, Json.json().writeValueAsString(all) + "\n");
        } catch (IOException e) {
            throw new UserError(
                    "cannot note that the terms were accepted",
                    file.toString(),
                    "make room on the disk, or make the folder writable",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
    }

    private Map<String, String> read() {
        Map<String, String> all = new TreeMap<>();
        try {
            if (Files.isRegularFile(file)) {
                Json.json()
                        .readTree(Files.readString(file))
                        .properties()
                        .forEach(entry -> all.put(entry.getKey(), entry.getValue().asString("")));
            }
        } catch (IOException | JacksonException e) {
            all.clear();
        }
        return all;
    }
}
