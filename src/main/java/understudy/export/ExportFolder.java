package understudy.export;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// The folder of an export while it is being made: one of another name beside it, which takes its
/// place when it is whole.
public final class ExportFolder implements AutoCloseable {
    /// Says that a folder is an export, and of what; only such a folder is ever replaced.
    static final String MARK = "understudy.json";

    /// Left free on the disk beyond what is written, bytes.
    private static final long SPARE = 64L << 20;

    private final Path target;
    private final Path temporary;

    private ExportFolder(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /// @param target  must not be there, or be empty, or be an older export and `replace` be given
    /// @param bytes   what is about to be written
    /// @throws UserError where something is in the way or the disk is too full
    public static ExportFolder prepare(Path target, boolean replace, long bytes)
            throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new UserError(
                    "the root of the disk cannot be an export", "--out", "name a new folder");
        }
        refuseWhatIsThere(absolute, replace);
        PrivateFiles.createFolders(parent);
        long free = Files.getFileStore(parent).getUsableSpace();
        if (free < bytes + SPARE) {
            throw new UserError(
                    "the export needs %,d MB and the disk has %,d MB"
                            .formatted((bytes + SPARE) >> 20, free >> 20),
                    parent.toString(),
                    "make room, choose another disk with --out DIR, or a smaller --type");
        }
        Path temporary = parent.resolve("." + absolute.getFileName() + "-" + suffix() + ".tmp");
        PrivateFiles.createNewFolder(temporary);
        return new ExportFolder(absolute, temporary);
    }

    private static String suffix() {
        return Long.toString(ProcessHandle.current().pid(), 36)
                + Long.toString(System.nanoTime() & 0xffff_ffffL, 36);
    }

    private static void refuseWhatIsThere(Path target, boolean replace) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new UserError("this is a file", target.toString(), "name a new folder");
        }
        if (isEmpty(target)) {
            return;
        }
        boolean export = Files.isRegularFile(target.resolve(MARK));
        if (!export || !replace) {
            throw new UserError(
                    export ? "there is an export already" : "the folder is not empty",
                    target.toString(),
                    export
                            ? "replace it with --force, or choose another folder with --out DIR"
                            : "choose a new folder with --out DIR");
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /// Where to write.
    public Path path() {
        return temporary;
    }

    /// Bytes that were written.
    public long bytes() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
        }
    }

    /// Puts what was written in its place.
    public Path publish() throws IOException {
        Path old = null;
        if (Files.isDirectory(target) && !isEmpty(target)) {
            old = temporary.resolveSibling(temporary.getFileName() + ".old");
            Files.move(target, old);
        }
        PrivateFiles.publish(temporary, target);
        if (old != null) {
            delete(old);
        }
        return target;
    }

    /// Removes what was not published.
    @Override
    public void close() throws IOException {
        if (Files.exists(temporary)) {
            delete(temporary);
        }
    }

    /// Deletes a folder and everything in it.
    public static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failed) throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    static UserError refused(Path folder, IOException e) {
        return new UserError(
                "cannot write the export",
                folder.toString(),
                "make room on the disk, or choose a folder you may write to",
                ExitCode.UNEXPECTED_STATE,
                e);
    }
}
