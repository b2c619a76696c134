package understudy.importer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import understudy.base.UserError;

/// Unpacks entries into memory and counts what really comes out.
///
/// Deflate packs at most 1,032 to 1. Chats pack about 4 to 1, so 200 to 1 after the first 10 MB
/// is a bomb.
final class ZipInflater {
    private static final long RATIO_FREE_BYTES = 10L << 20;
    private static final long MAX_RATIO = 200;
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int LOCAL_SIGNATURE = 0x04034b50;

    private final FileChannel channel;
    private final Path file;
    private long budget;

    /// @param budget bytes that all entries together may have once unpacked
    ZipInflater(FileChannel channel, Path file, long budget) {
        this.channel = channel;
        this.file = file;
        this.budget = budget;
    }

    /// @throws UserError where the entry is a bomb, damaged, encrypted or packed in another way
    byte[] read(ZipDirectory.Entry entry) throws IOException {
        if (entry.encrypted()) {
            throw new UserError(
                    "the zip has a password",
                    file.toString(),
                    "unpack it yourself, and give the .txt file inside");
        }
        if (entry.method() != 0 && entry.method() != 8) {
            throw new UserError(
                    "the zip is packed in a way we do not read (method " + entry.method() + ")",
                    file.toString(),
                    "unpack it yourself, and give the .txt file inside");
        }
        if (entry.unpacked() > budget) {
            throw ZipDirectory.refused(file, "its texts are too large");
        }
        byte[] bytes = unpack(entry, dataOffset(entry));
        CRC32 crc = new CRC32();
        crc.update(bytes);
        if (bytes.length != entry.unpacked() || crc.getValue() != entry.crc()) {
            throw ZipDirectory.damaged(file);
        }
        budget -= bytes.length;
        return bytes;
    }

    private long dataOffset(ZipDirectory.Entry entry) throws IOException {
        ByteBuffer header = ZipDirectory.buffer(ZipDirectory.bytes(channel, entry.offset(), 30));
        if (header.getInt(0) != LOCAL_SIGNATURE) {
            throw ZipDirectory.damaged(file);
        }
        return entry.offset()
                + 30
                + (header.getShort(26) & 0xFFFF)
                + (header.getShort(28) & 0xFFFF);
    }

    private byte[] unpack(ZipDirectory.Entry entry, long from) throws IOException {
        if (entry.method() == 0) {
            if (entry.packed() != entry.unpacked()) {
                throw ZipDirectory.damaged(file);
            }
            return ZipDirectory.bytes(channel, from, (int) entry.packed());
        }
        Inflater inflater = new Inflater(true);
        try {
            return inflate(inflater, entry, from);
        } catch (DataFormatException e) {
            throw ZipDirectory.damaged(file);
        } finally {
            inflater.end();
        }
    }

    private byte[] inflate(Inflater inflater, ZipDirectory.Entry entry, long from)
            throws IOException, DataFormatException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(CHUNK_BYTES);
        byte[] chunk = new byte[CHUNK_BYTES];
        long fed = 0;
        while (!inflater.finished()) {
            int count = inflater.inflate(chunk);
            out.write(chunk, 0, count);
            long real = out.size();
            if (real > entry.unpacked() || real > budget) {
                throw ZipDirectory.refused(file, "an entry is larger than it says");
            }
            if (real > RATIO_FREE_BYTES && real > MAX_RATIO * entry.packed()) {
                throw ZipDirectory.refused(file, "it unpacks to over 200 times its size");
            }
            if (count == 0 && !inflater.finished()) {
                if (!inflater.needsInput() || fed == entry.packed()) {
                    throw ZipDirectory.damaged(file);
                }
                int more = (int) Math.min(CHUNK_BYTES, entry.packed() - fed);
                inflater.setInput(ZipDirectory.bytes(channel, from + fed, more));
                fed += more;
            }
        }
        return out.toByteArray();
    }
}
