package understudy.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.importer.DateOrder;
import understudy.importer.ImportBatch;
import understudy.importer.ImportOptions;
import understudy.importer.ImportResult;

/// Parses exports without storing them: one JSON line a message.
@CommandLine.Command(
        name = "messages",
        description = "Read exports and print one JSON line a message, without storing anything.")
final class MessagesCommand extends Command {
    /// Lines are printed in pieces of this size: one by one, printing takes longer than reading.
    private static final int CHUNK_CHARACTERS = 1 << 16;

    @CommandLine.Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Text or zip as the app exported it.")
    List<Path> files = List.of();

    @CommandLine.Option(
            names = "--date-order",
            paramLabel = "ORDER",
            description = "Order of day and month: dmy, mdy or ymd (default: find out).")
    @Nullable DateOrder dateOrder;

    @Override
    int run(Workspace workspace, Console console) {
        int code = ExitCode.OK;
        for (ImportBatch.Outcome outcome :
                ImportBatch.read(files, new ImportOptions(dateOrder, false))) {
            if (outcome.result() != null) {
                print(outcome.file(), outcome.result(), console);
            } else if (outcome.error() != null) {
                console.line(json(outcome.file(), outcome.error()));
                code = ExitCode.CHECK_FAILED;
            }
        }
        return code;
    }

    private static void print(Path file, ImportResult result, Console console) {
        for (String warning : result.report().warnings()) {
            console.warn(Shown.safe(file + ": " + warning));
        }
        for (Chat chat : result.chats()) {
            StringJoiner lines = new StringJoiner("\n");
            for (Message message : chat.messages()) {
                lines.add(json(file, chat, message));
                if (lines.length() > CHUNK_CHARACTERS) {
                    console.line(lines.toString());
                    lines = new StringJoiner("\n");
                }
            }
            if (lines.length() > 0) {
                console.line(lines.toString());
            }
        }
    }

    private static String json(Path file, UserError e) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("file", file.toString());
        line.put("error", e.where() == null ? e.what() : e.what() + " (" + e.where() + ")");
        line.put("fix", e.fix());
        return Json.json().writeValueAsString(line);
    }

    private static String json(Path file, Chat chat, Message message) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("file", file.toString());
        line.put("platform", chat.platform());
        line.put("chat", chat.name());
        line.put("date", date(message));
        line.put("author", message.author());
        line.put("kind", message.kind().name().toLowerCase(Locale.ROOT));
        line.put("message", message.text());
        return Json.json().writeValueAsString(line);
    }

    /// Local wall-clock time with seconds, or UTC with a Z.
    private static String date(Message message) {
        String text =
                message.sentAt()
                        .format(
                                java.time.format.DateTimeFormatter.ofPattern(
                                        "uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT));
        return message.absolute() ? text + "Z" : text;
    }
}
