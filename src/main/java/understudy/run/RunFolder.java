package understudy.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;

/// The folder of one run.
///
/// ```
/// runs/20261124-231502-ab3/  config.yaml  events.jsonl  checkpoints/
///                            adapter/ or model/  report/  lock
/// ```
///
/// @param path absolute; its last part is the id
public record RunFolder(Path path) {
    /// Stands for the newest finished run wherever an id is asked for.
    public static final String LATEST = "latest";

    // no path can be built from such an id except one inside the folder of runs
    private static final Pattern ID = Pattern.compile("\\d{8}-\\d{6}-[a-z0-9]{3}");
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");
    private static final int SECOND_LENGTH = "20261124-231502".length();
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final SecureRandom RANDOM = new SecureRandom();

    public RunFolder {
        path = path.toAbsolutePath().normalize();
    }

    /// Makes the folder of a new run. Its id is greater than every id there is.
    public static RunFolder create(Workspace workspace) throws IOException {
        return create(workspace, Clock.systemUTC());
    }

    static RunFolder create(Workspace workspace, Clock clock) throws IOException {
        Path runs = workspace.runs();
        while (true) {
            Path folder = runs.resolve(newId(workspace, clock));
            try {
                PrivateFiles.createNewFolder(folder);
                return new RunFolder(folder);
            } catch (FileAlreadyExistsException e) {
                // another process took the id; the next one is greater
            }
        }
    }

    /// UTC, as local time runs backward in autumn. A clock that was set back, or two runs in a
    /// second, count on from the newest id: the order of ids is the order of runs.
    private static String newId(Workspace workspace, Clock clock) throws IOException {
        LocalDateTime time = LocalDateTime.now(clock.withZone(ZoneOffset.UTC)).withNano(0);
        List<RunFolder> runs = all(workspace);
        if (!runs.isEmpty()) {
            LocalDateTime newest = timeOf(runs.getLast().id());
            time = newest.isBefore(time) ? time : newest.plusSeconds(1);
        }
        StringBuilder id = new StringBuilder(SECOND.format(time)).append('-');
        for (int i = 0; i < 3; i++) {
            id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return id.toString();
    }

    private static LocalDateTime timeOf(String id) {
        return LocalDateTime.parse(id.substring(0, SECOND_LENGTH), SECOND);
    }

    private static boolean isId(String name) {
        try {
            return ID.matcher(name).matches() && timeOf(name) != null;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /// Every run, oldest first.
    public static List<RunFolder> all(Workspace workspace) throws IOException {
        try (Stream<Path> folders = Files.list(workspace.runs())) {
            return folders.filter(f -> isId(f.getFileName().toString()) && Files.isDirectory(f))
                    .sorted()
                    .map(RunFolder::new)
                    .toList();
        }
    }

    /// @param name an id, or [#LATEST]
    /// @throws UserError when there is no such run
    public static RunFolder open(Workspace workspace, String name) throws IOException {
        if (name.equals(LATEST)) {
            return latestFinished(workspace)
                    .orElseThrow(() ->
                            new UserError(
                                    "there is no finished run yet",
                                    workspace.runs().toString(),
                                    "understudy train   (or, after a stop, understudy"
                                            + " train --resume)"));
        }
        Path folder = workspace.runs().resolve(isId(name) ? name : LATEST);
        if (!isId(name) || !Files.isDirectory(folder)) {
            throw new UserError(
                    "there is no run of that name",
                    workspace.runs().toString(),
                    "understudy runs   shows their names");
        }
        return new RunFolder(folder);
    }

    public static Optional<RunFolder> latestFinished(Workspace workspace) throws IOException {
        return newest(workspace, RunState.FINISHED, true);
    }

    /// The run that `--resume` means: also one that another process still trains, so that the
    /// person hears of that rather than of an older run.
    public static Optional<RunFolder> newestUnfinished(Workspace workspace) throws IOException {
        return newest(workspace, RunState.FINISHED, false);
    }

    private static Optional<RunFolder> newest(Workspace workspace, RunState state, boolean is)
            throws IOException {
        for (RunFolder run : all(workspace).reversed()) {
            if ((run.state() == state) == is) {
                return Optional.of(run);
            }
        }
        return Optional.empty();
    }

    public String id() {
        return path.getFileName().toString();
    }

    /// When it was made, by its id.
    public Instant created() {
        return timeOf(id()).toInstant(ZoneOffset.UTC);
    }

    /// The best adapter so far, a PEFT folder; none where all weights learn.
    public Path adapter() {
        return path.resolve("adapter");
    }

    /// The best weights so far of a run in which all of them learn, a Hugging Face folder.
    public Path model() {
        return path.resolve("model");
    }

    /// See [Checkpoints].
    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    public Path report() {
        return path.resolve("report");
    }

    /// Every setting of the run, as YAML.
    public Path config() {
        return path.resolve("config.yaml");
    }

    public Path events() {
        return path.resolve("events.jsonl");
    }

    /// Opens the log for appending; for the holder of the lock.
    public EventLog eventLog() throws IOException {
        return EventLog.open(events());
    }

    /// @throws UserError naming the process that has it
    public RunLock lock() throws IOException {
        return RunLock.take(path);
    }

    public RunHistory history() throws IOException {
        return RunHistory.of(EventLog.read(events()));
    }

    public RunState state() throws IOException {
        boolean locked = RunLock.isHeld(path); // asked before the log is read: see RunHistory
        return history().state(locked);
    }

    /// Writes `config.yaml`.
    public void writeConfig(String yaml) {
        try {
            PrivateFiles.writeString(config(), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
