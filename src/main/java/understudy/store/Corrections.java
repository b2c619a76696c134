package understudy.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.chat.Correction;
import understudy.chat.Role;

/// The file of corrections, `corrections.jsonl`: one JSON object a line, UTF-8, oldest first.
///
/// ```
/// {"id":"c1","date":"2026-03-01T12:00:00","person":"Ada","chat":"Ada",
///  "history":[{"role":"user","name":"Ada","content":"..."}],"draft":"...","correction":"..."}
/// ```
///
/// Lines are only ever added. What [#append] returned for is on disk; a line that a crash left
/// half written stays alone on its line and is reported by its number when the file is read.
public final class Corrections {
    /// Bytes of one line, its break not counted: longer than any conversation that fits a model.
    public static final int MAX_LINE = 1 << 20;

    /// Bytes of the whole file; some ten thousand corrections.
    public static final long MAX_FILE = 64L << 20;

    /// A lock of the file is one of the process: its threads take turns here.
    private static final Object ONE_PROCESS = new Object();

    private final Path file;
    private final long maxFile;

    public Corrections(Path file) {
        this(file, MAX_FILE);
    }

    /// @param maxFile bytes; tests take less
    Corrections(Path file, long maxFile) {
        this.file = file;
        this.maxFile = maxFile;
    }

    /// @param corrections those that could be read, in the order of the file
    /// @param unreadable  numbers, from 1, of the lines that could not
    public record Read(List<Numbered> corrections, List<Integer> unreadable) {
        /// Where nothing was asked for.
        public static final Read NONE = new Read(List.of(), List.of());

        public Read {
            corrections = List.copyOf(corrections);
            unreadable = List.copyOf(unreadable);
        }
    }

    /// @param line number in the file, from 1
    public record Numbered(int line, Correction correction) {}

    /// Adds a line; on disk when this returns.
    ///
    /// @throws UserError where the line or the file would be too long, or the disk refuses
    public void append(Correction correction) {
        byte[] json = Json.json().writeValueAsBytes(tree(correction));
        if (json.length > MAX_LINE) {
            throw new UserError(
                    "the correction is too long to keep: %,d bytes, at most %,d"
                            .formatted(json.length, MAX_LINE),
                    file.toString(),
                    "correct a shorter conversation");
        }
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                PrivateFiles.createFolders(parent);
            }
            synchronized (ONE_PROCESS) {
                try (FileChannel channel = PrivateFiles.append(file);
                        FileLock lock = channel.lock()) {
                    if (channel.size() + json.length + 2 > maxFile) {
                        throw full();
                    }
                    write(channel, json, channel.size() > 0 && !endsWithBreak(file));
                }
            }
        } catch (IOException e) {
            throw new UserError(
                    "the correction could not be kept",
                    file.toString(),
                    "make room on the disk, or make the file writable",
                    ExitCode.UNEXPECTED_STATE,
                    new UncheckedIOException(e));
        }
    }

    private static void write(FileChannel channel, byte[] json, boolean torn) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(json.length + 2);
        if (torn) {
            line.put((byte) '\n'); // what a crash left stays on a line of its own
        }
        line.put(json).put((byte) '\n').flip();
        while (line.hasRemaining()) {
            channel.write(line);
        }
        channel.force(true);
    }

    private static boolean endsWithBreak(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, channel.size() - 1);
            return last.get(0) == '\n';
        }
    }

    /// Everything in the file; nothing where there is no file.
    ///
    /// @throws UserError where the file is over [#MAX_FILE] or the disk refuses
    public Read read() {
        if (!Files.exists(file)) {
            return Read.NONE;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            if (Files.size(file) > maxFile) {
                throw full();
            }
            return read(in);
        } catch (IOException e) {
            throw new UserError(
                    "the corrections cannot be read",
                    file.toString(),
                    "make the file readable, or move it away",
                    ExitCode.UNEXPECTED_STATE,
                    new UncheckedIOException(e));
        }
    }

    /// @param corrections how many were taken out
    public record Removed(int corrections) {}

    /// Takes out every correction that answers somebody, or has words of theirs in its history, and
    /// every unreadable line that names them. The file is written anew.
    ///
    /// @param names of the person, compared in any case
    /// @param dry   whether it is only counted
    public Removed remove(Collection<String> names, boolean dry) {
        Set<String> theirs =
                names.stream()
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet());
        if (!Files.exists(file)) {
            return new Removed(0);
        }
        try {
            synchronized (ONE_PROCESS) {
                try (FileChannel channel = PrivateFiles.append(file);
                        FileLock lock = channel.lock()) {
                    return remove(theirs, dry);
                }
            }
        } catch (IOException e) {
            throw new UserError(
                    "the corrections cannot be read or written",
                    file.toString(),
                    "make the file readable, or move it away",
                    ExitCode.UNEXPECTED_STATE,
                    new UncheckedIOException(e));
        }
    }

    private Removed remove(Set<String> theirs, boolean dry) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        int removed = 0;
        if (Files.size(file) > maxFile) {
            throw full();
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            Lines lines = new Lines(in);
            while (lines.next()) {
                byte[] line = lines.line();
                if (line == null || isOf(line, theirs)) {
                    removed++; // a line that is too long cannot be looked through
                } else {
                    kept.writeBytes(line);
                    kept.write('\n');
                }
            }
        }
        if (!dry && removed > 0) {
            PrivateFiles.write(file, kept::writeTo);
        }
        return new Removed(removed);
    }

    private static boolean isOf(byte[] line, Set<String> theirs) {
        Optional<Correction> parsed = parse(line);
        if (parsed.isEmpty()) {
            String text = new String(line, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
            return theirs.stream().anyMatch(text::contains);
        }
        Correction correction = parsed.get();
        return isOf(correction.person(), theirs)
                || isOf(correction.chat(), theirs)
                || correction.history().stream().anyMatch(said -> isOf(said.name(), theirs));
    }

    private static boolean isOf(@Nullable String name, Set<String> theirs) {
        return name != null && theirs.contains(name.strip().toLowerCase(Locale.ROOT));
    }

    private static Read read(InputStream in) throws IOException {
        List<Numbered> corrections = new ArrayList<>();
        List<Integer> unreadable = new ArrayList<>();
        Lines lines = new Lines(in);
        for (int number = 1; lines.next(); number++) {
            byte[] line = lines.line();
            if (line != null && new String(line, StandardCharsets.UTF_8).isBlank()) {
                continue;
            }
            Optional<Correction> correction = line == null ? Optional.empty() : parse(line);
            if (correction.isPresent()) {
                corrections.add(new Numbered(number, correction.get()));
            } else {
                unreadable.add(number);
            }
        }
        return new Read(corrections, unreadable);
    }

    /// Lines of bytes, of which never more than [#MAX_LINE] are held.
    private static final class Lines {
        private final InputStream in;
        private @Nullable ByteArrayOutputStream line;

        Lines(InputStream in) {
            this.in = in;
        }

        /// @return whether there is another line, which may be empty
        boolean next() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            boolean tooLong = false;
            int b = in.read();
            if (b < 0) {
                return false;
            }
            for (; b >= 0 && b != '\n'; b = in.read()) {
                tooLong |= bytes.size() >= MAX_LINE;
                if (!tooLong) {
                    bytes.write(b);
                }
            }
            line = tooLong ? null : bytes;
            return true;
        }

        /// Null for a line that is too long.
        byte @Nullable [] line() {
            return line == null ? null : line.toByteArray();
        }
    }

    private static Map<String, Object> tree(Correction correction) {
        List<Object> history = new ArrayList<>();
        for (Correction.Said said : correction.history()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("role", said.role().word());
            line.put("name", said.name());
            line.put("content", said.content());
            history.add(line);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", correction.id());
        tree.put("date", DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(correction.date()));
        tree.put("person", correction.person());
        tree.put("chat", correction.chat());
        tree.put("history", history);
        tree.put("draft", correction.draft());
        tree.put("correction", correction.correction());
        return tree;
    }

    private static Optional<Correction> parse(byte[] line) {
        try {
            JsonNode tree = Json.json().readTree(line);
            List<Correction.Said> history = new ArrayList<>();
            JsonNode lines = tree.path("history");
            if (!lines.isArray()) {
                return Optional.empty();
            }
            for (JsonNode said : lines) {
                JsonNode name = said.path("name");
                history.add(
                        new Correction.Said(
                                role(text(said, "role")),
                                name.isString() ? name.asString() : null,
                                text(said, "content")));
            }
            return Optional.of(
                    new Correction(
                            text(tree, "id"),
                            LocalDateTime.parse(text(tree, "date")),
                            text(tree, "person"),
                            text(tree, "chat"),
                            history,
                            text(tree, "draft"),
                            text(tree, "correction")));
        } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
            return Optional.empty(); // the caller reports the number of the line, never its text
        }
    }

    private static String text(JsonNode tree, String key) {
        JsonNode value = tree.path(key);
        if (!value.isString()) {
            throw new IllegalArgumentException("no text under " + key);
        }
        return value.asString();
    }

    private static Role role(String word) {
        for (Role role : Role.values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("an unknown role");
    }

    private UserError full() {
        return new UserError(
                "the file of corrections is full: at most %,d bytes".formatted(maxFile),
                file.toString(),
                "move it away; a new one begins with the next correction");
    }
}
