package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
    private static final List<RunEvent> ALL =
            List.of(
                    new RunEvent.Started(
                            Instant.parse("2026-11-24T23:15:02Z"),
                            "smollm2-135m",
                            "default",
                            "default",
                            "bf16",
                            "this CPU has AVX512-BF16",
                            120,
                            110_000,
                            62_000,
                            60,
                            220_000,
                            0),
                    new RunEvent.StepDone(1, 0.05, 2048, 3.25, 1e-5, 0.5, 2.0, 1024),
                    new RunEvent.StepDone(2, 0.1, 4096, Double.NaN, 1e-5, Double.NaN, 2.0, 1024),
                    new RunEvent.Validated(2, 3.0, true),
                    new RunEvent.Checkpointed(2, 12_345_678, 0.25),
                    new RunEvent.Warned("little disk space is left"),
                    new RunEvent.Interrupted(2),
                    new RunEvent.Failed("the loss was not a number three times in a row"),
                    new RunEvent.Finished(2, 4096, 4.5, null, null, 2900));

    @TempDir Path folder;

    private Path file() {
        return folder.resolve("events.jsonl");
    }

    private void write(List<RunEvent> events) throws Exception {
        try (EventLog log = EventLog.open(file())) {
            for (RunEvent event : events) {
                log.append(event);
            }
        }
    }

    @Test
    void readsBackWhatWasWritten() throws Exception {
        write(ALL);
        assertThat(EventLog.read(file()).events()).isEqualTo(ALL);
        assertThat(EventLog.read(file()).damagedLines()).isEmpty();
        assertThat(Files.readAllLines(file())).hasSize(ALL.size());
        assertThat(Files.readAllLines(file()).get(1))
                .startsWith("{\"event\":\"step\",\"step\":1,")
                .contains("\"tokens_per_second\":1024.0");
    }

    @Test
    void aMissingLogIsEmpty() throws Exception {
        assertThat(EventLog.read(file()).events()).isEmpty();
    }

    @Test
    void anyCutOfTheLastLineLosesThatLineOnly() throws Exception {
        write(ALL);
        byte[] whole = Files.readAllBytes(file());
        int start = new String(whole, StandardCharsets.UTF_8).lastIndexOf("{\"event\"");
        for (int length = start + 1; length < whole.length - 1; length++) {
            Files.write(file(), java.util.Arrays.copyOf(whole, length));
            EventLog.Contents read = EventLog.read(file());
            assertThat(read.events()).as("cut at %d", length).isEqualTo(ALL.subList(0, 8));
            assertThat(read.damagedLines()).containsExactly(9);
        }
    }

    @Test
    void goesOnBehindACutLine() throws Exception {
        write(ALL.subList(0, 2));
        Files.writeString(file(), "{\"event\":\"ste", StandardOpenOption.APPEND);
        write(ALL.subList(3, 5));
        EventLog.Contents read = EventLog.read(file());
        assertThat(read.events()).containsExactly(ALL.get(0), ALL.get(1), ALL.get(3), ALL.get(4));
        assertThat(read.damagedLines()).containsExactly(3);
    }

    @Test
    void anEventOfANewerVersionIsPassedOver() throws Exception {
        Files.writeString(file(), "{\"event\":\"danced\",\"step\":4}\n");
        write(ALL.subList(1, 2));
        assertThat(EventLog.read(file()).events()).containsExactly(ALL.get(1));
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        write(ALL);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }
}
