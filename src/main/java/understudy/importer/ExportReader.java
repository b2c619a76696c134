package understudy.importer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import understudy.base.UserError;

/// Opens a file: a text as it is, or the texts of a zip.
final class ExportReader {
    /// Bound of all text of one file: 256 MB, less where the heap is small. The longest exports
    /// have 20 MB of it; text, decoded text and messages together take about eight times that.
    static final int MAX_TEXT_BYTES =
            (int) Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

    private ExportReader() {}

    static ExportFile open(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UserError(
                        "this is a folder", file.toString(), "name the files that are in it");
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                if (channel.size() == 0) {
                    throw new UserError(
                            "the file is empty", file.toString(), "export the chat again");
                }
                return new ExportFile(
                        file, isZip(channel) ? zipped(file, channel) : plain(file, channel));
            }
        } catch (NoSuchFileException e) {
            throw new UserError("no such file", file.toString(), "check the name", e);
        } catch (AccessDeniedException e) {
            throw new UserError(
                    "the file may not be read", file.toString(), "check its permissions", e);
        } catch (IOException e) {
            throw new UserError(
                    "the file cannot be read", file.toString(), "copy it here again", e);
        }
    }

    private static boolean isZip(FileChannel channel) throws IOException {
        byte[] start = ZipDirectory.bytes(channel, 0, (int) Math.min(4, channel.size()));
        if (start.length < 4 || start[0] != 'P' || start[1] != 'K') {
            return false;
        }
        int signature = start[2] << 8 | start[3];
        return signature == 0x0304 || signature == 0x0506; // an entry, or an empty archive
    }

    private static List<ExportFile.ExportText> plain(Path file, FileChannel channel)
            throws IOException {
        if (channel.size() > MAX_TEXT_BYTES) {
            throw new UserError(
                    "the text is larger than " + (MAX_TEXT_BYTES >> 20) + " MB",
                    file.toString(),
                    "chat exports are smaller than this; give the file the app made");
        }
        byte[] bytes = ZipDirectory.bytes(channel, 0, (int) channel.size());
        Path name = file.getFileName();
        return List.of(
                new ExportFile.ExportText(
                        name == null ? "" : name.toString(), TextDecoder.decode(bytes)));
    }

    private static List<ExportFile.ExportText> zipped(Path file, FileChannel channel)
            throws IOException {
        List<ZipDirectory.Entry> entries = ZipDirectory.read(channel, file);
        ZipInflater inflater = new ZipInflater(channel, file, MAX_TEXT_BYTES);
        List<ExportFile.ExportText> texts = new ArrayList<>();
        for (ZipDirectory.Entry entry : entries) {
            if (isText(entry)) {
                texts.add(
                        new ExportFile.ExportText(
                                entry.baseName(), TextDecoder.decode(inflater.read(entry))));
            }
        }
        if (texts.isEmpty()) {
            boolean nested =
                    entries.stream()
                            .anyMatch(e -> e.baseName().toLowerCase(Locale.ROOT).endsWith(".zip"));
            throw new UserError(
                    nested ? "this zip holds other zips" : "this zip holds no chat",
                    file.toString(),
                    nested
                            ? "unpack it, and give the zips inside one by one"
                            : "give the zip the app made; it has a .txt file inside");
        }
        return texts;
    }

    /// Not what a Mac adds when it packs a folder again.
    private static boolean isText(ZipDirectory.Entry entry) {
        return !entry.name().startsWith("__MACOSX/")
                && !entry.baseName().startsWith("._")
                && entry.baseName().toLowerCase(Locale.ROOT).endsWith(".txt");
    }
}
