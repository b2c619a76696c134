package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.Workspace;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.store.ChatStore;

/// `people` and the ways in which `prepare` ends before it needs a model.
class PeopleCommandTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2024, 3, 1, 12, 0);

    @TempDir Path home;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void twoChats() {
        try (ChatStore store = ChatStore.open(new Workspace(home).chats())) {
            for (String name : List.of("Ada", "Bo")) {
                Message theirs = new Message(name, NOON, false, Message.Kind.TEXT, "hi");
                Message own = new Message("Me", NOON, false, Message.Kind.TEXT, "hi");
                store.add(new Chat("whatsapp", name, List.of(theirs, own)), name);
            }
        }
    }

    private JsonNode people(String... options) {
        out.reset();
        PeopleCommand command = new PeopleCommand();
        new CommandLine(command).parseArgs(options);
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        command.run(new Workspace(home), new Console(true, stream, nowhere));
        return Json.json().readTree(out.toString(StandardCharsets.UTF_8));
    }

    private String failing(String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine().setErr(new PrintWriter(err));
        assertThat(line.execute(arguments)).isEqualTo(ExitCode.USER);
        return err.toString();
    }

    @Test
    void proposesTheOwnerAndThenKnowsThem() {
        twoChats();
        JsonNode first = people("--json");
        assertThat(first.path("proposed_me").asString()).isEqualTo("Me");
        assertThat(first.path("people")).hasSize(3);
        JsonNode second = people("--json", "--me", "Me", "--role", "Ada=wife");
        assertThat(second.path("proposed_me").isNull()).isTrue();
        assertThat(second.path("people").get(0).path("me").asBoolean()).isTrue();
        assertThat(second.path("people").get(0).path("share").asDouble()).isEqualTo(0.5);
        assertThat(second.path("people").get(1).path("role").asString()).isEqualTo("wife");
        assertThat(second.path("people").get(1).path("language").isNull()).isTrue();
        JsonNode spoken = people("--json", "--language", "Ada=de");
        assertThat(spoken.path("people").get(1).path("language").asString()).isEqualTo("de");
        JsonNode third = people("--json", "--merge", "Ada", "Bo");
        assertThat(third.path("people")).hasSize(2);
        assertThat(third.path("people").get(0).path("aliases")).hasSize(2);
    }

    @Test
    void saysWhatIsMissing() {
        String home = this.home.toString();
        assertThat(failing("people", "--home", home)).contains("no chats yet", "import");
        assertThat(failing("prepare", "--home", home)).contains("no chats yet", "import");
        twoChats();
        assertThat(failing("prepare", "--home", home)).contains("fix: understudy people --me 'Me'");
        assertThat(failing("people", "--home", home, "--me", "Mee")).contains("did you mean 'Me'");
        assertThat(failing("people", "--home", home, "--role", "Ada")).contains("NAME=ROLE");
        assertThat(failing("people", "--home", home, "--language", "Ada")).contains("NAME=TAG");
        assertThat(failing("people", "--home", home, "--language", "Ada=german"))
                .contains("no language has the tag 'german'");
        people("--me", "Me", "--json");
        assertThat(failing("prepare", "--home", home, "--set", "min_token=0"))
                .contains("did you mean dataset.min_tokens?");
        assertThat(failing("prepare", "--home", home, "--set", "max_length=3"))
                .contains("'dataset.max_length' must be a whole number from 64 to 131072");
        assertThat(failing("prepare", "--home", home, "--recipe", "sead")).contains("recipe");
        assertThat(failing("prepare", "--home", home, "--name", "../x")).contains("name");
        assertThat(failing("prepare", "--home", home, "--base", "no-such-model"))
                .contains("no-such-model", "fix: ");
    }
}
