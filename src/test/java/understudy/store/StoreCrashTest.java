package understudy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Chat;
import understudy.chat.Message;

/// A process killed while it imports leaves every acknowledged message behind, and no half import.
class StoreCrashTest {
    private static final long SEED = 4_711;
    private static final int KILLS = 4;
    private static final int LINES = 50;

    @TempDir Path folder;

    /// Imports ever longer exports and says so after each, until it is killed.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            try (ChatStore store = ChatStore.open(Path.of(arguments[0]))) {
                for (int imports = Integer.parseInt(arguments[1]); ; imports++) {
                    store.add(export(imports + 1), "export.txt");
                    System.out.println(imports + 1);
                }
            }
        }
    }

    private static Chat export(int imports) {
        LocalDateTime start = LocalDateTime.of(2024, 1, 1, 0, 0);
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < imports * LINES; i++) {
            LocalDateTime at = start.plusMinutes(i / 3);
            messages.add(new Message("Ada", at, false, Message.Kind.TEXT, "line " + i % 7));
        }
        return new Chat("whatsapp", "Ada", messages);
    }

    @Test
    void losesNothingThatWasAcknowledged() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        Path file = folder.resolve("chats.db");
        int acknowledged = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = writeAndKill(file, acknowledged, 1 + random.nextInt(12));
            try (Connection connection = StoreFile.connect(file, ChatStore.KIND);
                    Statement sql = connection.createStatement()) {
                assertThat(sql.executeQuery("PRAGMA integrity_check").getString(1)).isEqualTo("ok");
            }
            try (ChatStore store = ChatStore.open(file)) {
                int stored = store.messages(1).size();
                assertThat(stored % LINES).as("seed %d kill %d", SEED, kill).isZero();
                assertThat(stored / LINES)
                        .as("seed %d kill %d", SEED, kill)
                        .isBetween(acknowledged, acknowledged + 1);
                acknowledged = stored / LINES;
            }
        }
    }

    /// @return the last import that the process acknowledged before it was killed
    private static int writeAndKill(Path file, int from, int imports) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writer.class.getName(),
                                file.toString(),
                                Integer.toString(from))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        int last = from;
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < imports; i++) {
                last = Integer.parseInt(out.readLine());
            }
            process.toHandle().destroyForcibly(); // Process itself would close the pipe, too
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = Integer.parseInt(line); // said before the kill came
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return last;
    }
}
