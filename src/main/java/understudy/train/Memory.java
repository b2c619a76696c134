package understudy.train;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory of this process and machine.
public final class Memory {
    private Memory() {}

    /// Bytes that programs can have now: on Linux `MemAvailable`, which counts file caches that
    /// the system would give up; elsewhere free memory.
    public static long free() {
        long kib = field(Path.of("/proc/meminfo"), "MemAvailable:");
        if (kib > 0) {
            return kib << 10;
        }
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getFreeMemorySize();
    }

    /// Most memory this process ever held, MiB; 0 where the system does not say.
    public static long peakMb() {
        return field(Path.of("/proc/self/status"), "VmHWM:") >> 10;
    }

    private static long field(Path file, String name) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}
