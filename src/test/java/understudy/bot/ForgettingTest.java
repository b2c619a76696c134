package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Role;

class ForgettingTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);
    private static final String[] TABLES = {
        "inbox", "outbox", "silent", "met", "facts", "drafts", "reviews", "parked"
    };

    @TempDir Path folder;

    private static void say(BotStore store, long chat, boolean business, String name, String text) {
        store.remember(new HistoryLine(chat, business, Role.USER, name, text, NOW, null));
    }

    private static void fill(BotStore store) {
        for (int i = 0; i < 50; i++) {
            say(store, 7, false, "X", "zirkonfant privat " + i);
            say(store, 7, true, "X", "zirkonfant beruf " + i);
            say(store, 8, false, "Ada", "von ada " + i);
            say(store, -5, false, "Xaver Fuchs", "zirkonfant gruppe " + i);
            say(store, -5, false, "Ada", "ada gruppe " + i);
        }
        store.change(h -> {
            h.execute("INSERT INTO links VALUES (7, 'xaver fuchs'), (8, 'Ada')");
            for (long chat : List.of(7L, 8L)) {
                String word = "'zirkonfant " + chat + "'";
                h.execute(
                        "INSERT INTO inbox (update_id, chat, kind, sender, received_ms, body,"
                                + " state) VALUES (?, ?, 'x', ?, 0, "
                                + word
                                + ", 'RECEIVED')",
                        chat,
                        chat,
                        chat);
                h.execute(
                        "INSERT INTO outbox (chat, created_ms, kind, state)"
                                + " VALUES (?, 0, 'REPLY', 'GENERATED')",
                        chat);
                h.execute(
                        "INSERT INTO parts (outbox, n, text, delay_ms, state)"
                                + " VALUES (last_insert_rowid(), 0, "
                                + word
                                + ", 0, 'GENERATED')");
                h.execute("INSERT INTO silent VALUES (?, 0, 'owner')", chat);
                h.execute("INSERT INTO met VALUES (?, 0, " + word + ", 0, 'de', 0)", chat);
                h.execute(
                        "INSERT INTO facts (chat, business, text) VALUES (?, 0, " + word + ")",
                        chat);
                h.execute(
                        "INSERT INTO drafts (chat, person, name, text, disclosure, fixed, version,"
                                + " state, last_incoming_ms, expires_ms) VALUES (?, ?, 'n', "
                                + word
                                + ", '', 0, 1, 'PENDING', 0, 0)",
                        chat,
                        chat);
                h.execute(
                        "INSERT INTO reviews (chat, business, correction) VALUES (?, 0, "
                                + word
                                + ")",
                        chat);
                h.execute("INSERT INTO parked VALUES (?, 0)", chat);
                h.execute("INSERT INTO counted VALUES (?, 'reply', 0)", chat);
                h.execute("INSERT INTO allowed VALUES (?)", chat);
            }
        });
    }

    private long count(BotStore store, String table, long chat) {
        return store.read(h ->
                h.createQuery("SELECT count(*) FROM " + table + " WHERE chat = " + chat)
                        .mapTo(Long.class)
                        .one());
    }

    private boolean holds(String text) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void whatIsTheirsGoesAndNothingElse() throws IOException {
        try (BotStore store = BotStore.open(folder.resolve("telegram.db"))) {
            fill(store);
            Forgetting forgetting = new Forgetting(store, List.of("Xaver Fuchs", "Xaverl"));
            assertThat(forgetting.run(true)).isEqualTo(150);
            assertThat(count(store, "history", 7)).as("only counted").isEqualTo(100);
            assertThat(holds("zirkonfant privat 7")).isTrue();
            assertThat(forgetting.run(false)).isEqualTo(150);
            for (String table : TABLES) {
                assertThat(count(store, table, 7)).as(table).isZero();
                assertThat(count(store, table, 8)).as(table).isEqualTo(1);
            }
            assertThat(count(store, "history", 7)).isZero();
            assertThat(count(store, "history", 8)).isEqualTo(50);
            assertThat(count(store, "history", -5)).isEqualTo(50);
            for (String mine : List.of("privat", "beruf", "gruppe")) {
                for (int i = 0; i < 50; i++) {
                    assertThat(holds("zirkonfant " + mine + " " + i)).isFalse();
                }
            }
            assertThat(holds("zirkonfant 7")).isFalse();
            assertThat(holds("zirkonfant 8")).isTrue();
            assertThat(holds("aver fuchs")).isFalse();
        }
    }
}
