package understudy.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import understudy.base.Json;
import understudy.base.PrivateFiles;

/// The event log of a run, open for appending: one JSON object a line, mode 0600.
///
/// A line is handed to the system at once, so a killed process loses nothing; lines other than
/// steps are forced to disk too. A line that was cut (power, full disk) stays as it is and the
/// next one begins on a new line.
public final class EventLog implements AutoCloseable {
    private final FileChannel channel;
    private boolean lineOpen;

    private EventLog(FileChannel channel, boolean lineOpen) {
        this.channel = channel;
        this.lineOpen = lineOpen;
    }

    public static EventLog open(Path file) throws IOException {
        boolean lineOpen = Files.exists(file) && endsInsideLine(file);
        return new EventLog(PrivateFiles.append(file), lineOpen);
    }

    private static boolean endsInsideLine(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (in.size() == 0) {
                return false;
            }
            ByteBuffer last = ByteBuffer.allocate(1);
            in.read(last, in.size() - 1);
            return last.get(0) != '\n';
        }
    }

    /// Adds a line. Safe to call from several threads.
    ///
    /// @throws IOException when the disk is full, say; later calls may succeed again
    public synchronized void append(RunEvent event) throws IOException {
        String line = (lineOpen ? "\n" : "") + Json.json().writeValueAsString(event) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        lineOpen = true;
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        lineOpen = false;
        if (!(event instanceof RunEvent.StepDone)) {
            channel.force(false);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// What a log holds.
    ///
    /// @param events       in order
    /// @param damagedLines numbers (from 1) of lines that are no event: cut, or of a newer version
    public record Contents(List<RunEvent> events, List<Integer> damagedLines) {
        public Contents {
            events = List.copyOf(events);
            damagedLines = List.copyOf(damagedLines);
        }
    }

    /// Reads a log, also one that is being written. No file is an empty log.
    public static Contents read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new Contents(List.of(), List.of());
        }
        // not readAllLines: a cut line may end inside a character, which that refuses
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        List<RunEvent> events = new ArrayList<>();
        List<Integer> damaged = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isBlank()) {
                continue;
            }
            try {
                events.add(Json.json().readValue(lines[i], RunEvent.class));
            } catch (JacksonException e) {
                damaged.add(i + 1);
            }
        }
        return new Contents(events, damaged);
    }
}
