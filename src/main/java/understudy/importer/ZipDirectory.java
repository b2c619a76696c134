package understudy.importer;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import understudy.base.UserError;

/// The list of entries at the end of a zip, checked before anything is unpacked.
///
/// `java.util.zip.ZipFile` reads entries that overlap, so a file of 11 kB can yield 200 MB from
/// it without an error. Here every entry must have bytes of its own. Field names and offsets are
/// those of PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
final class ZipDirectory {
    static final int MAX_ENTRIES = 100_000;

    private static final int LOCAL_HEADER_BYTES = 30;
    private static final int CENTRAL_HEADER_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT_BYTES = 65_535;
    private static final long MAX_DIRECTORY_BYTES = 64L << 20;

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;

    private ZipDirectory() {}

    /// @param name       as the archive gives it; text from a stranger, never a path
    /// @param method     0 stored, 8 deflated
    /// @param encrypted  whether a password is needed
    /// @param crc        CRC-32 of the unpacked bytes
    /// @param packed     bytes in the archive
    /// @param unpacked   bytes it claims to have once unpacked
    /// @param offset     of its local header in the file
    record Entry(
            String name,
            int method,
            boolean encrypted,
            long crc,
            long packed,
            long unpacked,
            long offset) {

        /// The name without folders.
        String baseName() {
            int slash = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\'));
            return name.substring(slash + 1);
        }
    }

    private record End(long entries, long size, long offset, long at) {}

    /// @throws UserError where the archive is damaged, has too many entries, or entries overlap
    static List<Entry> read(FileChannel channel, Path file) throws IOException {
        End end = findEnd(channel, file);
        if (end.entries > MAX_ENTRIES) {
            throw refused(file, "it has more than %,d entries".formatted(MAX_ENTRIES));
        }
        if (end.size > MAX_DIRECTORY_BYTES || end.size < 0 || end.size > end.at) {
            throw damaged(file);
        }
        // Bytes before the archive (a self-extractor) shift all offsets alike.
        long start = end.at - end.size;
        long shift = start - end.offset;
        if (shift < 0) {
            throw damaged(file);
        }
        ByteBuffer directory = buffer(bytes(channel, start, (int) end.size));
        List<Entry> entries = new ArrayList<>();
        while (directory.remaining() >= CENTRAL_HEADER_BYTES
                && directory.getInt(directory.position()) == CENTRAL_SIGNATURE) {
            entries.add(entry(directory, shift, file));
            if (entries.size() > MAX_ENTRIES) {
                throw refused(file, "it has more than %,d entries".formatted(MAX_ENTRIES));
            }
        }
        if (entries.size() != end.entries) {
            throw damaged(file);
        }
        refuseOverlap(entries, start, file);
        return entries;
    }

    private static End findEnd(FileChannel channel, Path file) throws IOException {
        long size = channel.size();
        int tail = (int) Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
        ByteBuffer last = buffer(bytes(channel, size - tail, tail));
        for (int at = tail - END_BYTES; at >= 0; at--) {
            if (last.getInt(at) == END_SIGNATURE) {
                long position = size - tail + at;
                long entries = last.getShort(at + 10) & 0xFFFFL;
                long bytes = last.getInt(at + 12) & 0xFFFFFFFFL;
                long offset = last.getInt(at + 16) & 0xFFFFFFFFL;
                if (entries == 0xFFFF || bytes == 0xFFFFFFFFL || offset == 0xFFFFFFFFL) {
                    End large = end64(channel, position);
                    if (large != null) {
                        return large;
                    }
                }
                return new End(entries, bytes, offset, position);
            }
        }
        throw new UserError(
                "the zip is cut off or damaged: its list of entries is missing",
                file.toString(),
                "copy it from the phone again, or export the chat again");
    }

    private static @org.jspecify.annotations.Nullable End end64(FileChannel channel, long end)
            throws IOException {
        if (end < 20) {
            return null;
        }
        ByteBuffer locator = buffer(bytes(channel, end - 20, 20));
        if (locator.getInt(0) != LOCATOR64_SIGNATURE) {
            return null;
        }
        long at = locator.getLong(8);
        if (at < 0 || at > end - 20 - 56) {
            return null;
        }
        ByteBuffer record = buffer(bytes(channel, at, 56));
        if (record.getInt(0) != END64_SIGNATURE) {
            return null;
        }
        return new End(record.getLong(32), record.getLong(40), record.getLong(48), at);
    }

    private static Entry entry(ByteBuffer directory, long shift, Path file) {
        int at = directory.position();
        int flags = directory.getShort(at + 8) & 0xFFFF;
        int method = directory.getShort(at + 10) & 0xFFFF;
        long crc = directory.getInt(at + 16) & 0xFFFFFFFFL;
        long packed = directory.getInt(at + 20) & 0xFFFFFFFFL;
        long unpacked = directory.getInt(at + 24) & 0xFFFFFFFFL;
        int nameBytes = directory.getShort(at + 28) & 0xFFFF;
        int extraBytes = directory.getShort(at + 30) & 0xFFFF;
        int commentBytes = directory.getShort(at + 32) & 0xFFFF;
        long offset = directory.getInt(at + 42) & 0xFFFFFFFFL;
        int whole = CENTRAL_HEADER_BYTES + nameBytes + extraBytes + commentBytes;
        if (whole > directory.remaining()) {
            throw damaged(file);
        }
        byte[] name = new byte[nameBytes];
        directory.get(at + CENTRAL_HEADER_BYTES, name);
        // Extra field 1 holds, in this order, the 8-byte values of those that are all ones.
        int extra = at + CENTRAL_HEADER_BYTES + nameBytes;
        int extraEnd = extra + extraBytes;
        while (extra + 4 <= extraEnd) {
            int id = directory.getShort(extra) & 0xFFFF;
            int length = directory.getShort(extra + 2) & 0xFFFF;
            int value = extra + 4;
            int valueEnd = Math.min(value + length, extraEnd);
            if (id == 1) {
                if (unpacked == 0xFFFFFFFFL && value + 8 <= valueEnd) {
                    unpacked = directory.getLong(value);
                    value += 8;
                }
                if (packed == 0xFFFFFFFFL && value + 8 <= valueEnd) {
                    packed = directory.getLong(value);
                    value += 8;
                }
                if (offset == 0xFFFFFFFFL && value + 8 <= valueEnd) {
                    offset = directory.getLong(value);
                }
            }
            extra += 4 + length;
        }
        if (packed < 0 || unpacked < 0 || offset < 0) {
            throw damaged(file);
        }
        directory.position(at + whole);
        boolean encrypted = (flags & 1) != 0;
        return new Entry(name(name), method, encrypted, crc, packed, unpacked, offset + shift);
    }

    /// Tools on phones write UTF-8 whether or not they set the flag for it.
    private static String name(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return new String(
                    bytes,
                    Charset.isSupported("IBM437")
                            ? Charset.forName("IBM437")
                            : StandardCharsets.ISO_8859_1);
        }
    }

    private static void refuseOverlap(List<Entry> entries, long limit, Path file) {
        List<Entry> byOffset = new ArrayList<>(entries);
        byOffset.sort(Comparator.comparingLong(Entry::offset));
        long free = 0;
        for (Entry entry : byOffset) {
            if (entry.offset < free) {
                throw refused(file, "its entries overlap");
            }
            free = entry.offset + LOCAL_HEADER_BYTES + entry.packed;
            if (free < 0 || free > limit) {
                throw damaged(file);
            }
        }
    }

    static UserError damaged(Path file) {
        return new UserError(
                "the zip is damaged: its list of entries does not fit its content",
                file.toString(),
                "copy it from the phone again, or export the chat again");
    }

    static UserError refused(Path file, String why) {
        return new UserError(
                "the zip was refused: " + why,
                file.toString(),
                "no chat app makes such a file; export the chat again from the app");
    }

    static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// @throws EOFException where the file has fewer bytes
    static byte[] bytes(FileChannel channel, long from, int count) throws IOException {
        if (from < 0 || from + count > channel.size()) {
            throw new EOFException("a length points outside the file");
        }
        byte[] bytes = new byte[count];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        while (into.hasRemaining()) {
            if (channel.read(into, from + into.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return bytes;
    }
}
