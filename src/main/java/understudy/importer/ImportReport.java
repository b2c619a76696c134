package understudy.importer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import understudy.chat.Chat;
import understudy.chat.Message;

/// What became of the lines of one file: `linesRead = linesKept + sum of skipped`.
///
/// @param file      the file as the person named it
/// @param linesRead lines of all texts in the file
/// @param linesKept lines that are part of a message
/// @param skipped   the others, by reason
/// @param kinds     messages by kind
/// @param warnings  what the person should know; never message text
public record ImportReport(
        String file,
        int linesRead,
        int linesKept,
        List<Skipped> skipped,
        Map<Message.Kind, Integer> kinds,
        List<String> warnings) {

    /// Lines that did not become part of a message.
    ///
    /// @param reason   why, in words
    /// @param count    how many lines
    /// @param examples the first of their line numbers, from 1
    public record Skipped(String reason, int count, List<Integer> examples) {
        public Skipped {
            examples = List.copyOf(examples);
        }
    }

    public ImportReport {
        skipped = List.copyOf(skipped);
        kinds = Map.copyOf(kinds);
        warnings = List.copyOf(warnings);
        int dropped = skipped.stream().mapToInt(Skipped::count).sum();
        if (linesRead != linesKept + dropped) {
            throw new IllegalArgumentException(
                    "%d lines read, but %d kept and %d skipped"
                            .formatted(linesRead, linesKept, dropped));
        }
    }

    /// Messages of all kinds.
    public int messages() {
        return kinds.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Counts while a file is read.
    public static final class Tally {
        private static final int EXAMPLES = 20;

        private final Map<String, List<Integer>> examples = new LinkedHashMap<>();
        private final Map<String, Integer> counts = new LinkedHashMap<>();
        private final List<String> warnings = new ArrayList<>();
        private int read;
        private int kept;

        /// @param lines how many lines a message has
        public void keep(int lines) {
            read += lines;
            kept += lines;
        }

        /// @param line number of the line, from 1
        public void skip(String reason, int line) {
            read++;
            counts.merge(reason, 1, Integer::sum);
            List<Integer> lines = examples.computeIfAbsent(reason, r -> new ArrayList<>());
            if (lines.size() < EXAMPLES) {
                lines.add(line);
            }
        }

        public void warn(String warning) {
            warnings.add(warning);
        }

        public ImportReport report(String file, List<Chat> chats) {
            Map<Message.Kind, Integer> kinds = new EnumMap<>(Message.Kind.class);
            for (Chat chat : chats) {
                for (Message message : chat.messages()) {
                    kinds.merge(message.kind(), 1, Integer::sum);
                }
            }
            List<Skipped> skipped = new ArrayList<>();
            counts.forEach((reason, count) ->
                    skipped.add(
                            new Skipped(reason, count, examples.getOrDefault(reason, List.of()))));
            return new ImportReport(file, read, kept, skipped, kinds, warnings);
        }
    }
}
