package understudy.base;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files only their owner can read, that appear whole or not at all.
///
/// A write goes to a temporary name beside the target, is forced to disk, is renamed over the
/// target, and then the folder is forced too: after a power cut there is the old file or the new
/// one. A file is never truncated in place, because it may be mapped into native memory, where a
/// read past the new end kills the process.
public final class PrivateFiles {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final FileAttribute<?>[] FILE = attributes("rw-------");
    private static final FileAttribute<?>[] FOLDER = attributes("rwx------");

    private PrivateFiles() {}

    private static FileAttribute<?>[] attributes(String mode) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
                }
                : new FileAttribute<?>[0];
    }

    /// What fills a file.
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /// Creates `folder` and missing parents, mode 0700; leaves existing ones as they are.
    public static void createFolders(Path folder) throws IOException {
        Files.createDirectories(folder, FOLDER);
    }

    /// Creates `folder`, mode 0700, in a parent that exists.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when it is there: only one caller makes it
    public static void createNewFolder(Path folder) throws IOException {
        Files.createDirectory(folder, FOLDER);
    }

    /// Replaces `target` by what `body` writes, mode 0600.
    ///
    /// @throws IOException from `body` or the disk; `target` is then as it was
    public static void write(Path target, Body body) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IOException("not a file name: " + target);
        }
        createFolders(parent);
        Path temporary = Files.createTempFile(parent, "." + target.getFileName() + "-", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
                    OutputStream out =
                            new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
                body.writeTo(out);
                out.flush();
                channel.force(true);
            }
            publish(temporary, absolute);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    public static void writeString(Path target, String text) throws IOException {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Renames a finished file or folder into place and forces the parent folder.
    public static void publish(Path finished, Path target) throws IOException {
        Files.move(
                finished,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            forceFolder(parent);
        }
    }

    /// Opens `file` for appending, mode 0600 when it is new.
    public static FileChannel append(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND),
                FILE);
    }

    /// Creates an empty file, mode 0600, where there is none; for libraries that open by name.
    public static void ensure(Path file) throws IOException {
        append(file).close();
    }

    /// Makes the names in `folder` survive a power cut.
    public static void forceFolder(Path folder) throws IOException {
        if (!POSIX) {
            return; // Windows cannot open a folder as a channel, and journals renames itself
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
