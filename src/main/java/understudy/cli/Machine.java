package understudy.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;

/// What this machine offers, as far as Java can tell; a container's limits count as the machine's.
///
/// @param java      version of this Java
/// @param os        name, version and architecture
/// @param cores     that this process may use
/// @param memoryMb  MiB in all
/// @param freeMb    MiB that programs can have now; caches the system would give up included
/// @param diskMb    MiB free where the home is
/// @param homeFault why the home cannot be written; null when it can
/// @param homeOpen  whether other users of the machine may look into the home
/// @param pip       what `python3 -m pip --version` says; null when there is none
record Machine(
        String java,
        String os,
        int cores,
        long memoryMb,
        long freeMb,
        long diskMb,
        String home,
        @Nullable String homeFault,
        boolean homeOpen,
        @Nullable String pip) {
    private static final long MIB = 1 << 20;
    private static final int PIP_SECONDS = 20;

    static Machine look(Workspace workspace) {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                Runtime.version().toString(),
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize() / MIB,
                available(system),
                disk(workspace.home()),
                workspace.home().toString(),
                faultOf(workspace),
                isOpen(workspace.home()),
                pipVersion());
    }

    /// Linux counts its file cache as used; `MemAvailable` is what a program can really have.
    private static long available(OperatingSystemMXBean system) {
        long free = system.getFreeMemorySize() / MIB;
        Path file = Path.of("/proc/meminfo");
        if (!Files.isReadable(file)) {
            return free;
        }
        try {
            long available =
                    Files.readAllLines(file).stream()
                            .filter(l -> l.startsWith("MemAvailable:"))
                            .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) / 1024)
                            .findFirst()
                            .orElse(free);
            return Math.min(available, system.getTotalMemorySize() / MIB);
        } catch (IOException e) {
            return free;
        }
    }

    private static long disk(Path home) {
        Path existing = home;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            return existing == null ? 0 : Files.getFileStore(existing).getUsableSpace() / MIB;
        } catch (IOException e) {
            return 0;
        }
    }

    private static @Nullable String faultOf(Workspace workspace) {
        try {
            Path probe = Files.createTempFile(workspace.logs(), "doctor-", ".tmp");
            Files.write(probe, new byte[] {1});
            Files.delete(probe);
            return null;
        } catch (IOException | RuntimeException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static boolean isOpen(Path home) {
        try {
            return Files.exists(home)
                    && Files.getPosixFilePermissions(home).stream()
                            .anyMatch(p -> !p.name().startsWith("OWNER"));
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no such modes here, as on Windows
        }
    }

    private static @Nullable String pipVersion() {
        try {
            Process process =
                    new ProcessBuilder("python3", "-m", "pip", "--version")
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(PIP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            String said = process.inputReader().readLine();
            return process.exitValue() == 0 && said != null ? said.strip() : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
