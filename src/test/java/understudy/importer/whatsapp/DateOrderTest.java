package understudy.importer.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import understudy.base.UserError;
import understudy.importer.AmbiguousDates;
import understudy.importer.DateOrder;
import understudy.importer.DecodedText;
import understudy.importer.ExportFile;
import understudy.importer.ImportOptions;
import understudy.importer.ImportResult;

/// Which order of day and month a file is read in, and when it is asked.
class DateOrderTest {
    private static final Clock TODAY =
            Clock.fixed(Instant.parse("2024-06-15T12:00:00Z"), ZoneOffset.UTC);

    private final WhatsAppFormat format = new WhatsAppFormat(TODAY);

    @Test
    void anImpossibleDateDecides() {
        assertThat(first("03/04/2024, 10:00 - A: x", "13/04/2024, 10:00 - B: y"))
                .isEqualTo("2024-04-03");
        assertThat(first("03/04/2024, 10:00 - A: x", "04/13/2024, 10:00 - B: y"))
                .isEqualTo("2024-03-04");
    }

    @Test
    void theFutureDecides() {
        assertThat(first("03/12/2023, 10:00 - A: x", "05/07/2024, 10:00 - A: x"))
                .isEqualTo("2023-03-12");
    }

    @Test
    void aFilesNameDecides() {
        assertThat(
                        first(
                                "03/04/2024, 10:00 - A: x",
                                "03/04/2024, 10:00 - A: IMG-20240304-WA0001.jpg (file attached)"))
                .isEqualTo("2024-03-04");
        assertThat(
                        first(
                                "[03/04/2024, 10:00:00] A: x",
                                "[03/04/2024, 10:00:01] A: \u200E<attached:"
                                        + " 00000002-PHOTO-2024-04-03-10-00-01.jpg>"))
                .isEqualTo("2024-04-03");
    }

    @Test
    void goingBackInTimeDecides() {
        assertThat(
                        first(
                                "05/01/2024, 10:00 - A: x",
                                "12/01/2024, 10:00 - A: x",
                                "01/02/2024, 10:00 - A: x"))
                .isEqualTo("2024-01-05");
    }

    @Test
    void wanderingDecides() {
        assertThat(
                        first(
                                "03/04/2024, 10:00 - A: x",
                                "04/04/2024, 10:00 - A: x",
                                "05/04/2024, 10:00 - A: x",
                                "06/04/2024, 10:00 - A: x"))
                .isEqualTo("2024-04-03");
    }

    @Test
    void aLateNoticeDoesNotMislead() {
        assertThat(
                        first(
                                "12/05/2024, 10:00 - Messages and calls are end-to-end encrypted.",
                                "03/05/2024, 10:00 - A: x",
                                "04/05/2024, 10:00 - A: x",
                                "05/05/2024, 10:00 - A: x"))
                .isEqualTo("2024-05-12");
    }

    @Test
    void oneDamagedLineAmongManyDoesNotMislead() {
        String[] lines = new String[401];
        for (int i = 0; i < 400; i++) {
            lines[i] = "%02d/03/2024, 10:00 - A: x".formatted(1 + i / 14);
        }
        lines[400] = "03/29/2024, 10:00 - A: damaged";
        ImportResult result = read(ImportOptions.careful(), lines);
        assertThat(result.chats().getFirst().messages()).hasSize(400);
        assertThat(result.report().warnings()).hasSize(1);
        assertThat(result.report().linesKept()).isEqualTo(401);
    }

    @Test
    void asksWhereItStaysOpen() {
        AmbiguousDates open =
                catchThrowableOfType(
                        AmbiguousDates.class,
                        () ->
                                read(
                                        ImportOptions.careful(),
                                        "03/04/2024, 10:00 - A: secret",
                                        "03/04/2024, 10:05 - B: words"));
        assertThat(open.samples()).containsExactly("03/04/2024");
        assertThat(open.open()).containsExactly(DateOrder.DMY, DateOrder.MDY);
        assertThat(open.exitCode()).isEqualTo(2);
        assertThat(open.fix()).contains("--date-order dmy", "mdy");
        assertThat(open.where()).contains("line 1");
        assertThat(open.what() + open.getMessage()).doesNotContain("secret");
    }

    @Test
    void readsOnWithTheLikelierOrderAndSaysSo() {
        ImportResult american =
                read(ImportOptions.lenient(), "3/4/24, 10:00 - A: x", "3/4/24, 10:05 - B: y");
        assertThat(day(american)).isEqualTo("2024-03-04");
        assertThat(american.report().warnings()).singleElement().asString().contains("mdy");
        ImportResult other =
                read(
                        ImportOptions.lenient(),
                        "03/04/2024, 10:00 - A: x",
                        "03/04/2024, 10:05 - A: y");
        assertThat(day(other)).isEqualTo("2024-04-03");
        assertThat(other.report().warnings()).singleElement().asString().contains("dmy");
    }

    @Test
    void doesWhatItIsTold() {
        String line = "03/04/2024, 10:00 - A: x";
        assertThat(day(read(new ImportOptions(DateOrder.MDY, true), line))).isEqualTo("2024-03-04");
        UserError wrong =
                catchThrowableOfType(
                        UserError.class,
                        () ->
                                read(
                                        new ImportOptions(DateOrder.MDY, true),
                                        "13/04/2024, 10:00 - A: x"));
        assertThat(wrong.what()).contains("mdy");
    }

    @Test
    void dotsAndEqualNumbersAreNotAsked() {
        assertThat(first("03.04.24, 10:00 - A: x")).isEqualTo("2024-04-03");
        assertThat(first("03/03/2024, 10:00 - A: x")).isEqualTo("2024-03-03");
    }

    /// Chats as people write them: bursts of a few lines, then a pause of hours or days.
    @Test
    void simulatedChatsAreReadRightOrAsked() {
        long seed = 20240615;
        Random random = new Random(seed);
        int wrong = 0;
        int asked = 0;
        int chats = 2000;
        for (int chat = 0; chat < chats; chat++) {
            DateTimeFormatter written =
                    DateTimeFormatter.ofPattern(
                            random.nextBoolean() ? "dd/MM/uuuu, HH:mm" : "MM/dd/uuuu, HH:mm");
            LocalDateTime time =
                    LocalDate.of(2020, 1, 1).plusDays(random.nextInt(1500)).atTime(9, 0);
            LocalDate start = time.toLocalDate();
            String[] lines = new String[6 + random.nextInt(60)];
            lines[0] =
                    written.format(time.plusDays(random.nextInt(40)))
                            + " - Messages and calls are end-to-end encrypted.";
            for (int i = 1; i < lines.length; i++) {
                if (i > 1) {
                    time = time.plusMinutes((long) Math.exp(random.nextDouble() * 8.5));
                }
                lines[i] = written.format(time) + " - A: x";
            }
            try {
                ImportResult result = read(ImportOptions.careful(), lines);
                LocalDate got = result.chats().getFirst().messages().get(1).sentAt().toLocalDate();
                wrong += got.equals(start) ? 0 : 1;
            } catch (AmbiguousDates e) {
                asked++;
            }
        }
        assertThat(wrong).as("wrong of %d, seed %d", chats, seed).isLessThanOrEqualTo(chats / 100);
        assertThat(asked).as("asked of %d, seed %d", chats, seed).isLessThan(chats / 3);
    }

    private String first(String... lines) {
        return day(read(ImportOptions.careful(), lines));
    }

    private static String day(ImportResult result) {
        return result.chats().getFirst().messages().getFirst().sentAt().toLocalDate().toString();
    }

    private ImportResult read(ImportOptions options, String... lines) {
        String text = String.join("\n", lines) + "\n";
        DecodedText decoded = new DecodedText(text, StandardCharsets.UTF_8.name(), 0, List.of());
        ExportFile export =
                new ExportFile(
                        Path.of("chat.txt"),
                        List.of(new ExportFile.ExportText("chat.txt", decoded)));
        return format.read(export, options);
    }
}
