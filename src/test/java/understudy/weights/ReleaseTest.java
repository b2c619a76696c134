package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What was read of a large file does not stay in this process's memory.
class ReleaseTest {
    private static final long BYTES = 256L << 20;

    @TempDir Path folder;

    /// A file with holes: 256 MB of zeros that take no room on the disk.
    private Path sparse() throws IOException {
        Path path = folder.resolve("model.safetensors");
        String header =
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                        .formatted(BYTES / 4, BYTES);
        String padded = header + " ".repeat(64 - (header.length() + 8) % 64);
        byte[] text = padded.getBytes(StandardCharsets.US_ASCII);
        try (FileChannel out =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            out.write(length.putLong(text.length).flip());
            out.write(ByteBuffer.wrap(text));
            out.write(ByteBuffer.wrap(new byte[1]), 8 + text.length + BYTES - 1);
        }
        return path;
    }

    @Test
    @EnabledOnOs(OS.LINUX) // elsewhere the system does not say what a process holds of its files
    void readPagesAreGivenBackAndCanBeReadAgain() throws IOException {
        try (Safetensors file = Safetensors.open(sparse())) {
            long before = held();
            assertThat(sum(file.bytes("w"))).isZero();
            assertThat(held() - before).isGreaterThan(BYTES * 9 / 10);
            file.release();
            assertThat(held() - before).isLessThan(BYTES / 10);
            assertThat(sum(file.bytes("w"))).isZero();
        }
    }

    private static long sum(MemorySegment bytes) {
        long sum = 0;
        for (long at = 0; at < bytes.byteSize(); at += 4096) {
            sum += bytes.get(ValueLayout.JAVA_BYTE, at);
        }
        return sum;
    }

    /// Bytes of files that are in this process's memory.
    private static long held() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssFile:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IllegalStateException("the system does not say");
    }
}
