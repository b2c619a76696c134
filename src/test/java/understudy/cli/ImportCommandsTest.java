package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.Workspace;

/// `messages` and `import` as commands: what they print, what they return.
class ImportCommandsTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path good;
    private Path open;
    private Path alien;

    @BeforeEach
    void writeExports() throws IOException {
        good = folder.resolve("WhatsApp Chat with Ann.txt");
        Files.writeString(
                good,
                """
                stray line
                25/01/2024, 15:45 - Messages and calls are end-to-end encrypted.
                25/01/2024, 15:45 - Ann: hi \u001B[31m
                25/01/2024, 15:46 - Bob: <Media omitted>
                """);
        open = folder.resolve("WhatsApp Chat with Cy.txt");
        Files.writeString(open, "1/2/24, 15:45 - Cy: hi\n1/2/24, 15:46 - Bob: yo\n");
        alien = folder.resolve("notes.txt");
        Files.writeString(alien, "just a pomegranate\n");
    }

    @Test
    void messagesPrintsOneLineAMessageAndGoesOnAfterAFailure() {
        MessagesCommand command = new MessagesCommand();
        command.files = List.of(alien, good);
        assertThat(command.run(workspace(), console(false))).isEqualTo(1);
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(4);
        JsonNode failed = Json.json().readTree(lines.getFirst());
        assertThat(failed.propertyNames()).containsExactly("file", "error", "fix");
        assertThat(lines.getFirst()).doesNotContain("pomegranate");
        JsonNode system = Json.json().readTree(lines.get(1));
        assertThat(system.propertyNames())
                .containsExactly("file", "platform", "chat", "date", "author", "kind", "message");
        assertThat(system.get("author").isNull()).isTrue();
        assertThat(system.get("kind").asString()).isEqualTo("system");
        JsonNode text = Json.json().readTree(lines.get(2));
        assertThat(text.get("file").asString()).isEqualTo(good.toString());
        assertThat(text.get("chat").asString()).isEqualTo("Ann");
        assertThat(text.get("date").asString()).isEqualTo("2024-01-25T15:45:00");
        assertThat(text.get("author").asString()).isEqualTo("Ann");
        assertThat(lines.get(2)).doesNotContain("\u001B");
    }

    @Test
    void messagesReadsOpenDatesWithAWarning() {
        MessagesCommand command = new MessagesCommand();
        command.files = List.of(open);
        assertThat(command.run(workspace(), console(false))).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("2024-01-02T15:45:00");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("warning:", "mdy");
    }

    @Test
    void importTakesWhatItCanAndReportsTheRest() {
        ImportCommand command = new ImportCommand();
        command.files = List.of(folder);
        assertThat(command.run(workspace(), console(true))).isEqualTo(1);
        JsonNode result = Json.json().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(result.propertyNames())
                .containsExactly("files", "chats", "messages", "added", "skipped", "me");
        assertThat(result.get("files").asInt()).isEqualTo(1);
        assertThat(result.get("messages").asInt()).isEqualTo(3);
        assertThat(result.get("added").asInt()).isEqualTo(3);
        assertThat(result.get("skipped").get("before the first message").asInt()).isEqualTo(1);
        String errors = err.toString(StandardCharsets.UTF_8);
        assertThat(errors).contains("--date-order", "no chat was recognised");
        assertThat(errors).doesNotContain("pomegranate", "\u001B");
    }

    @Test
    void importAgainAddsNothing() {
        ImportCommand first = new ImportCommand();
        first.files = List.of(good);
        first.me = "Ann";
        assertThat(first.run(workspace(), console(true))).isZero();
        out.reset();
        ImportCommand again = new ImportCommand();
        again.files = List.of(good);
        assertThat(again.run(workspace(), console(true))).isZero();
        JsonNode result = Json.json().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(result.get("added").asInt()).isZero();
        assertThat(result.get("me").asString()).isEqualTo("Ann");
    }

    @Test
    void nothingImportedIsTheUsersToFix() {
        ImportCommand command = new ImportCommand();
        command.files = List.of(open, alien, folder.resolve("missing.txt"));
        assertThat(command.run(workspace(), console(true))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no such file", "1/2/24");
    }

    @Test
    void anOpenFileFollowsTheOthers() throws IOException {
        Path sure = folder.resolve("WhatsApp Chat with Di.txt");
        Files.writeString(sure, "1/25/24, 15:45 - Di: hi\n1/26/24, 15:46 - Bob: yo\n");
        ImportCommand command = new ImportCommand();
        command.files = List.of(open, sure);
        assertThat(command.run(workspace(), console(true))).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("like the other files");
    }

    private Workspace workspace() {
        return new Workspace(folder.resolve("home"));
    }

    private Console console(boolean json) {
        return new Console(
                json,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
