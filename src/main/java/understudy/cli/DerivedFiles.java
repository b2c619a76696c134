package understudy.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.Part;
import understudy.run.RunFolder;
import understudy.run.RunLock;

/// What was made of somebody's messages: datasets, and runs that learned from these.
final class DerivedFiles {
    /// In the folder of a run that learned from somebody who is forgotten since.
    static final String MARK = "learned-from-forgotten";

    /// Shorter messages are everybody's.
    private static final int LEAST_TEXT = 12;

    private final Workspace workspace;
    private final Set<String> names = new HashSet<>();
    private final Set<String> texts = new HashSet<>();

    /// @param names of the person
    /// @param texts what they wrote; known again where a dataset has another name for them
    DerivedFiles(Workspace workspace, Collection<String> names, Collection<String> texts) {
        this.workspace = workspace;
        names.forEach(name -> this.names.add(name.strip().toLowerCase(Locale.ROOT)));
        texts.stream()
                .map(String::strip)
                .filter(t -> t.length() >= LEAST_TEXT)
                .forEach(t ->
                        this.texts.addAll(
                                t.lines().filter(l -> l.length() >= LEAST_TEXT).toList()));
    }

    /// Datasets in which they are.
    List<Path> datasets() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(workspace.datasets())) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                if (holds(folder)) {
                    found.add(folder);
                }
            }
        }
        return found;
    }

    private boolean holds(Path folder) throws IOException {
        for (Part part : Part.values()) {
            Path file = folder.resolve(part.file());
            if (!Files.isRegularFile(file)) {
                continue;
            }
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (row(Json.json().readTree(line))) {
                        return true;
                    }
                }
            } catch (JacksonException | java.nio.charset.CharacterCodingException e) {
                return true; // half a file may hold anything, and is of no use
            }
        }
        return false;
    }

    private boolean row(JsonNode row) {
        if (named(row.path("person")) || named(row.path("chat"))) {
            return true;
        }
        for (JsonNode message : row.path("messages")) {
            if (named(message.path("name"))
                    || message.path("content").asString("").lines().anyMatch(texts::contains)) {
                return true;
            }
        }
        return false;
    }

    private boolean named(JsonNode name) {
        return names.contains(name.asString("").strip().toLowerCase(Locale.ROOT));
    }

    /// Runs that learned from these datasets.
    List<RunFolder> runs(List<Path> datasets) throws IOException {
        Set<String> called = new HashSet<>();
        datasets.forEach(folder -> called.add(folder.getFileName().toString()));
        List<RunFolder> runs = new ArrayList<>();
        for (RunFolder run : RunFolder.all(workspace)) {
            try {
                if (called.contains(RunSetup.of(run).dataset())) {
                    runs.add(run);
                }
            } catch (UserError e) {
                runs.add(run); // nobody knows from what it learned
            }
        }
        return runs;
    }

    /// Runs that learned from people who were forgotten before.
    static List<RunFolder> marked(Workspace workspace) throws IOException {
        List<RunFolder> runs = new ArrayList<>();
        for (RunFolder run : RunFolder.all(workspace)) {
            if (Files.exists(run.path().resolve(MARK))) {
                runs.add(run);
            }
        }
        return runs;
    }

    /// @throws UserError where one of them is being trained
    static void requireIdle(List<RunFolder> runs) throws IOException {
        for (RunFolder run : runs) {
            if (RunLock.isHeld(run.path())) {
                throw new UserError(
                        "run " + run.id() + " is being trained on what is to be forgotten",
                        run.path().toString(),
                        "stop it first");
            }
        }
    }

    /// Leaves a run what it learned, takes what was written about it, which may quote, and notes
    /// that it learned from somebody who is forgotten.
    static void mark(RunFolder run) throws IOException {
        delete(run.report());
        PrivateFiles.writeString(run.path().resolve(MARK), LocalDate.now() + "\n");
    }

    /// Removes a folder with all that is in it; links are removed and not followed.
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
