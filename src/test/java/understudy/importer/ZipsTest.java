package understudy.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

/// Archives of strangers: bombs, names that climb out, lies about lengths.
class ZipsTest {
    private static final String CHAT =
            "25/01/2024, 15:45 - Ann: pomegranate\n25/01/2024, 15:46 - Bob: yo\n";
    private static final String MAIN = "WhatsApp Chat with Ann.txt";

    @TempDir Path folder;

    @Test
    void readsTheChatBesideItsMedia() throws IOException {
        Path zip =
                zip(
                        entry(MAIN, CHAT),
                        entry("IMG-20240125-WA0001.jpg", "not really a picture"),
                        entry("notes.txt", "25/01/2024, 15:45 - somebody sent this file"));
        ImportResult result = Importers.read(zip, ImportOptions.careful());
        assertThat(result.chats()).hasSize(1);
        assertThat(result.chats().getFirst().name()).isEqualTo("Ann");
        assertThat(result.report().linesRead()).isEqualTo(2);
    }

    @Test
    void takesTheNameOfAnIosChatFromTheZip() throws IOException {
        Path zip = folder.resolve("WhatsApp Chat - The Choir.zip");
        Files.write(zip, bytes(entry("_chat.txt", "[25/01/2024, 15:45:07] Ann: hi\r\n")));
        assertThat(Importers.read(zip, ImportOptions.careful()).chats().getFirst().name())
                .isEqualTo("The Choir");
    }

    @Test
    void hostileNamesNeverBecomePaths() throws IOException {
        List<String> names =
                List.of(
                        "../evil.txt",
                        "/abs/evil.txt",
                        "a/../../evil.txt",
                        "C:\\evil.txt",
                        "..\\evil.txt",
                        "nul\u0000.txt",
                        "CON.txt",
                        "\u202Etxt.exe.txt",
                        "x".repeat(2000) + ".txt");
        for (String name : names) {
            Path zip = zip(entry(name, CHAT));
            assertThat(Importers.read(zip, ImportOptions.careful()).report().messages())
                    .as(name)
                    .isEqualTo(2);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
        assertThat(folder.resolveSibling("evil.txt")).doesNotExist();
    }

    @Test
    void refusesWhatUnpacksToManyTimesItsSize() throws IOException {
        byte[] zeros = new byte[40 << 20];
        assertThat(refusal(bytes(new Entry(MAIN, zeros)))).contains("200 times");
    }

    @Test
    void refusesOverlappingEntries() throws IOException {
        byte[] one = bytes(entry(MAIN, CHAT));
        assertThat(refusal(withRepeatedEntry(one, 50))).contains("overlap");
    }

    @Test
    void refusesAnEntryLargerThanItSays() throws IOException {
        byte[] zip = bytes(entry(MAIN, CHAT.repeat(1000)));
        int at = central(zip);
        ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 24, 10);
        assertThat(refusal(zip)).contains("larger than it says");
    }

    @Test
    void refusesTooManyEntries() throws IOException {
        Entry[] many = new Entry[ZipDirectory.MAX_ENTRIES + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = new Entry("f" + i, new byte[0]);
        }
        assertThat(refusal(bytes(many))).contains("100,000 entries");
    }

    @Test
    void doesNotOpenZipsInZips() throws IOException {
        byte[] inner = bytes(entry(MAIN, CHAT));
        assertThat(refusal(bytes(new Entry("inner.zip", inner)))).contains("other zips");
    }

    @Test
    void noticesDamage() throws IOException {
        byte[] good = bytes(entry(MAIN, CHAT.repeat(50)));
        assertThat(refusal(Arrays.copyOf(good, good.length - 30))).contains("cut off");
        byte[] flipped = good.clone();
        flipped[60 + MAIN.length()] ^= 0x10;
        assertThat(refusal(flipped)).contains("damaged");
        byte[] encrypted = good.clone();
        encrypted[central(good) + 8] |= 1;
        assertThat(refusal(encrypted)).contains("password");
    }

    @Test
    void everyCutAndFlipEndsInAResultOrATypedError() throws IOException {
        byte[] good = bytes(entry(MAIN, CHAT), entry("x.jpg", "y"));
        Path zip = folder.resolve("t.zip");
        for (int cut = 0; cut < good.length; cut++) {
            Files.write(zip, Arrays.copyOf(good, cut));
            readOrRefuse(zip);
        }
        for (int at = 0; at < good.length; at++) {
            byte[] flipped = good.clone();
            flipped[at] = (byte) ~flipped[at];
            Files.write(zip, flipped);
            readOrRefuse(zip);
        }
    }

    @Test
    void bytesAroundTheArchiveDoNotMatter() throws IOException {
        byte[] good = bytes(entry(MAIN, CHAT));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(good);
        out.writeBytes(new byte[17]);
        Path zip = folder.resolve("tail.zip");
        Files.write(zip, out.toByteArray());
        assertThat(Importers.read(zip, ImportOptions.careful()).report().messages()).isEqualTo(2);
    }

    private static void readOrRefuse(Path zip) {
        try {
            Importers.read(zip, ImportOptions.lenient());
        } catch (UserError e) {
            assertThat(e.what()).doesNotContain("Ann", "pomegranate");
        }
    }

    private String refusal(byte[] zip) throws IOException {
        Path file = folder.resolve("refused.zip");
        Files.write(file, zip);
        UserError error =
                catchThrowableOfType(
                        UserError.class, () -> Importers.read(file, ImportOptions.careful()));
        assertThat(error).isNotNull();
        return error.what();
    }

    private record Entry(String name, byte[] content) {}

    private static Entry entry(String name, String text) {
        return new Entry(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path zip(Entry... entries) throws IOException {
        Path file = folder.resolve("export.zip");
        Files.write(file, bytes(entries));
        return file;
    }

    private static byte[] bytes(Entry... entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Entry entry : entries) {
                zip.putNextEntry(new ZipEntry(entry.name()));
                zip.write(entry.content());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    /// Where the first record of the central directory begins.
    private static int central(byte[] zip) {
        ByteBuffer all = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = zip.length - 22; at >= 0; at--) {
            if (all.getInt(at) == 0x06054b50) {
                return all.getInt(at + 16);
            }
        }
        throw new IllegalArgumentException("no end record");
    }

    /// The way of a bomb: many records of the directory, one piece of data.
    private static byte[] withRepeatedEntry(byte[] zip, int times) {
        int start = central(zip);
        int end = zip.length - 22;
        List<byte[]> parts = new ArrayList<>();
        parts.add(Arrays.copyOf(zip, start));
        for (int i = 0; i < times; i++) {
            parts.add(Arrays.copyOfRange(zip, start, end));
        }
        byte[] last = Arrays.copyOfRange(zip, end, zip.length);
        ByteBuffer record = ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN);
        record.putShort(8, (short) times).putShort(10, (short) times);
        record.putInt(12, (end - start) * times);
        parts.add(last);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
