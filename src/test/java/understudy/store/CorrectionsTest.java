package understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.chat.Correction;
import understudy.chat.Correction.Said;
import understudy.chat.Role;

class CorrectionsTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2026, 3, 1, 12, 0);

    @TempDir Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("home/corrections.jsonl");
    }

    private static Correction correction(String id, String text) {
        return new Correction(
                id,
                NOON,
                "Ada",
                "Ada's chat",
                List.of(
                        new Said(Role.USER, "Ada", "line one\nline \u2028 two \ud83d\ude00"),
                        new Said(Role.ASSISTANT, null, "hm")),
                "the draft",
                text);
    }

    @Test
    void whatIsAddedReadsBackAsItWas() throws Exception {
        Corrections corrections = new Corrections(file);
        assertThat(corrections.read()).isEqualTo(Corrections.Read.NONE);
        List<Correction> all = List.of(correction("1", "a"), correction("2", "\"b\"\r\n"));
        all.forEach(corrections::append);
        assertThat(corrections.read().corrections())
                .extracting(Corrections.Numbered::correction)
                .isEqualTo(all);
        assertThat(corrections.read().unreadable()).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        JsonNode line = Json.json().readTree(Files.readAllLines(file).getFirst());
        assertThat(line.propertyNames())
                .containsExactly("id", "date", "person", "chat", "history", "draft", "correction");
        assertThat(line.path("date").asString()).isEqualTo("2026-03-01T12:00:00");
        assertThat(line.path("history").get(0).propertyNames())
                .containsExactly("role", "name", "content");
        assertThat(line.path("history").get(0).path("role").asString()).isEqualTo("user");
    }

    @Test
    void linesThatCannotBeReadAreNumberedAndTheRestIsKept() throws Exception {
        Corrections corrections = new Corrections(file);
        corrections.append(correction("1", "a"));
        String good = Files.readString(file);
        List<String> bad =
                List.of(
                        "{\"id\":",
                        "[]",
                        "7",
                        good.strip() + good.strip(),
                        good.strip().replace("2026-03-01", "2026-13-01"),
                        good.strip().replace("\"user\"", "\"nobody\""),
                        good.strip().replace("\"id\":\"1\"", "\"id\":1"),
                        good.strip().replace("\"history\":[", "\"history\":[null,"),
                        "{\"a\":" + "[".repeat(5_000),
                        "x".repeat(Corrections.MAX_LINE + 1));
        Files.writeString(file, String.join("\n", bad) + "\n\n" + good + good, APPEND);
        Corrections.Read read = corrections.read();
        assertThat(read.corrections())
                .extracting(Corrections.Numbered::line)
                .containsExactly(1, 13, 14);
        assertThat(read.unreadable()).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }

    private static final StandardOpenOption APPEND = StandardOpenOption.APPEND;

    @Test
    void aLineThatACrashTookAwayDoesNotTakeTheNextOneAlong() throws Exception {
        Corrections corrections = new Corrections(file);
        corrections.append(correction("1", "a"));
        byte[] whole = Files.readAllBytes(file);
        for (int torn = 1; torn < whole.length; torn++) {
            Path half = folder.resolve("torn-" + torn);
            Files.write(half, whole);
            Files.write(half, java.util.Arrays.copyOf(whole, torn), APPEND);
            new Corrections(half).append(correction("2", "b"));
            Corrections.Read read = new Corrections(half).read();
            assertThat(read.corrections())
                    .as("after %d bytes", torn)
                    .extracting(c -> c.correction().id())
                    .startsWith("1")
                    .endsWith("2");
            assertThat(read.corrections().size() + read.unreadable().size()).isEqualTo(3);
        }
    }

    @Test
    void sizesHaveBounds() throws Exception {
        Corrections corrections = new Corrections(file);
        String secret = "secret ".repeat(200_000);
        assertThatThrownBy(() -> corrections.append(correction("1", secret)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("too long")
                .hasMessageNotContaining("secret");
        Corrections small = new Corrections(file, 1_000);
        small.append(correction("1", "a"));
        assertThatThrownBy(() -> small.append(correction("2", "b".repeat(800))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("full");
        assertThat(small.read().corrections()).hasSize(1);
        Files.writeString(file, " ".repeat(1_000), APPEND);
        assertThatThrownBy(small::read).isInstanceOf(UserError.class).hasMessageContaining("full");
    }

    @Test
    void manyThreadsOfOneProcessTakeTurns() throws Exception {
        Corrections corrections = new Corrections(file);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 40; i++) {
                Correction one = correction("id" + i, "x".repeat(i * 100));
                threads.execute(() -> new Corrections(file).append(one));
            }
        }
        assertThat(corrections.read().corrections()).hasSize(40);
        assertThat(corrections.read().unreadable()).isEmpty();
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)).endsWith("}\n");
    }
}
