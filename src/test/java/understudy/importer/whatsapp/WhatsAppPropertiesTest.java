package understudy.importer.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.chat.Message;
import understudy.importer.ImportOptions;
import understudy.importer.ImportReport;
import understudy.importer.ImportResult;
import understudy.importer.Importers;

/// What holds for every export, checked on generated ones. A failure names its seed.
class WhatsAppPropertiesTest {
    private static final int CHATS = 60;

    @TempDir Path folder;

    private record Generated(String text, List<Message> messages) {}

    @Test
    void readsBackWhatWasWritten() throws IOException {
        for (long seed = 1; seed <= CHATS; seed++) {
            Generated chat = generate(seed);
            ImportResult result = read("a.txt", utf8(chat.text()));
            assertThat(result.chats().getFirst().messages())
                    .as("seed %d", seed)
                    .isEqualTo(chat.messages());
            assertThat(result.report().linesRead()).isEqualTo(chat.text().lines().count());
        }
    }

    @Test
    void lineEndsMarksEncodingsAndZipsDoNotMatter() throws IOException {
        for (long seed = 1; seed <= CHATS; seed++) {
            Generated chat = generate(seed);
            String crlf = chat.text().replace("\n", "\r\n");
            List<byte[]> same =
                    List.of(
                            utf8(crlf),
                            utf8("\uFEFF" + chat.text()),
                            ("\uFEFF" + chat.text()).getBytes(StandardCharsets.UTF_16LE),
                            ("\uFEFF" + crlf).getBytes(StandardCharsets.UTF_16BE),
                            chat.text().getBytes(Charset.forName("UTF-16LE")),
                            utf8(chat.text().substring(0, chat.text().length() - 1)));
            for (byte[] bytes : same) {
                assertThat(read("a.txt", bytes).chats().getFirst().messages())
                        .as("seed %d", seed)
                        .isEqualTo(chat.messages());
            }
            assertThat(read("a.zip", zipped(utf8(chat.text()))).chats().getFirst().messages())
                    .as("seed %d zipped", seed)
                    .isEqualTo(chat.messages());
        }
    }

    @Test
    void aCutFileGivesTheFirstMessages() throws IOException {
        for (long seed = 1; seed <= CHATS; seed++) {
            Generated chat = generate(seed);
            Random random = new Random(seed);
            byte[] bytes = utf8(chat.text());
            int cut = bytes.length / 2 + random.nextInt(bytes.length / 2);
            List<Message> some =
                    read("a.txt", Arrays.copyOf(bytes, cut)).chats().getFirst().messages();
            int whole = some.size() - 1;
            assertThat(some.subList(0, whole))
                    .as("seed %d cut at %d", seed, cut)
                    .isEqualTo(chat.messages().subList(0, whole));
        }
    }

    @Test
    void twoHalvesAreTheWhole() throws IOException {
        for (long seed = 1; seed <= CHATS; seed++) {
            Generated one = generate(seed);
            Generated two = generate(seed + 1000);
            List<Message> both = new ArrayList<>(one.messages());
            both.addAll(two.messages());
            ImportResult result = read("a.txt", utf8(one.text() + two.text()));
            assertThat(result.chats().getFirst().messages().size())
                    .as("seed %d", seed)
                    .isGreaterThanOrEqualTo(Math.max(one.messages().size(), 1));
            accounts(result, seed);
        }
    }

    /// One line in a hundred is damaged; the others come through.
    @Test
    void damagedLinesCostOnlyThemselves() throws IOException {
        for (long seed = 1; seed <= 10; seed++) {
            Random random = new Random(seed);
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                lines.add("%02d/03/2024, 10:00 - Ann: m%d".formatted(1 + i / 70, i));
            }
            int damaged = 0;
            for (int i = 1; i < lines.size(); i++) {
                if (random.nextInt(100) == 0) {
                    String line = lines.get(i);
                    lines.set(i, line.substring(3 + random.nextInt(12)));
                    damaged++;
                }
            }
            ImportResult result = read("a.txt", utf8(String.join("\n", lines)));
            assertThat(result.report().messages())
                    .as("seed %d, %d damaged", seed, damaged)
                    .isEqualTo(2000 - damaged);
            assertThat(result.report().linesKept()).isEqualTo(2000);
        }
    }

    /// Whatever is done to a file: a result whose lines add up, or an error without its words.
    @Test
    void anythingEndsInAResultOrATypedError() throws IOException {
        long seed = 4711;
        for (int item = 0; item < 1500; item++) {
            Random random = new Random(seed * 31 + item);
            byte[] bytes = mutant(random, utf8(generate(1 + random.nextInt(CHATS)).text()));
            try {
                accounts(read("m.txt", bytes), item);
            } catch (UserError e) {
                assertThat(e.what() + e.where() + e.fix())
                        .as("item %d", item)
                        .doesNotContain("canary");
            }
        }
    }

    private static byte[] mutant(Random random, byte[] bytes) {
        byte[] out = bytes.clone();
        for (int n = 1 + random.nextInt(3); n > 0 && out.length > 10; n--) {
            int at = random.nextInt(out.length);
            int end = Math.min(out.length, at + 1 + random.nextInt(80));
            switch (random.nextInt(6)) {
                case 0 -> out[at] = (byte) random.nextInt(256);
                case 1 -> out = Arrays.copyOf(out, at);
                case 2 ->
                        out =
                                joined(
                                        Arrays.copyOf(out, at),
                                        Arrays.copyOfRange(out, end, out.length));
                case 3 -> {
                    byte[] piece = Arrays.copyOfRange(out, at, end);
                    byte[] tail = Arrays.copyOfRange(out, at, out.length);
                    out = Arrays.copyOf(out, at);
                    for (int i = 1 << random.nextInt(8); i > 0; i--) {
                        out = joined(out, piece);
                    }
                    out = joined(out, tail);
                }
                case 4 -> {
                    String[] odd = {
                        "\uFEFF",
                        "\u200E",
                        "\u202E",
                        "\u202F",
                        "\u0000",
                        "\u001B[31m",
                        "\u2028",
                        "[1/2/24, 10:00:00] Eve: ",
                        "\r",
                        "\n",
                        "99/99/9999, 99:99 - x: y\n",
                        ": "
                    };
                    byte[] extra = utf8(odd[random.nextInt(odd.length)]);
                    out =
                            joined(
                                    joined(Arrays.copyOf(out, at), extra),
                                    Arrays.copyOfRange(out, at, out.length));
                }
                default ->
                        out =
                                joined(
                                        Arrays.copyOf(out, at),
                                        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0xBD});
            }
        }
        return out;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static void accounts(ImportResult result, long seed) {
        ImportReport report = result.report();
        int skipped = report.skipped().stream().mapToInt(ImportReport.Skipped::count).sum();
        assertThat(report.linesRead()).as("seed %d", seed).isEqualTo(report.linesKept() + skipped);
        int lines = 0;
        for (Message message : result.chats().getFirst().messages()) {
            lines += 1 + (int) message.text().chars().filter(c -> c == '\n').count();
        }
        // Empty lines at the end of a message are kept lines but no text.
        assertThat(lines).isLessThanOrEqualTo(report.linesKept());
    }

    /// A chat in one of several styles, with every sort of line.
    private static Generated generate(long seed) {
        Random random = new Random(seed);
        String[] patterns = {
            "dd/MM/uuuu, HH:mm' - '", "'['dd.MM.uu, HH:mm:ss'] '", "uuuu-MM-dd, HH:mm' - '",
            "M/d/uu, HH:mm' - '", "'['uuuu/M/d HH:mm:ss'] '", "d.M.uuuu' klo 'H.mm' - '"
        };
        String[] names = {"Ann", "Björn Åberg", "~ Zoë", "+49 151 00000001", "李雷", "דנה", "😀 Max"};
        String[] texts = {
            "canary",
            "hi: there",
            "line one\nline two\n\nline four",
            "https://example.org/a?b=c: d",
            "ends in a blank ",
            "12/12/19: Departure",
            "<b>not media</b>",
            "😀😀",
            "مرحبا",
            "- 1 - 2",
            "see you at 10:30 - ok?",
            "\"quoted: text",
            "[draft] x",
            "a\u2028b"
        };
        boolean seconds = patterns[(int) (seed % patterns.length)].contains("ss");
        DateTimeFormatter style =
                DateTimeFormatter.ofPattern(patterns[(int) (seed % patterns.length)]);
        LocalDateTime time = LocalDateTime.of(2021, 5, 25, 9, 0, 0);
        StringBuilder text = new StringBuilder();
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 40 + random.nextInt(40); i++) {
            time = time.plusMinutes(1 + random.nextInt(900)).withSecond(seconds ? i % 60 : 0);
            String name = names[random.nextInt(names.length)];
            String body = texts[random.nextInt(texts.length)] + (i == 0 ? " 0" : "");
            text.append(style.format(time)).append(name).append(": ").append(body).append('\n');
            messages.add(new Message(name, time, false, Message.Kind.TEXT, body));
        }
        return new Generated(text.toString(), messages);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] zipped(byte[] text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("_chat.txt"));
            zip.write(text);
        }
        return out.toByteArray();
    }

    private ImportResult read(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, bytes);
        return Importers.read(file, ImportOptions.lenient());
    }
}
