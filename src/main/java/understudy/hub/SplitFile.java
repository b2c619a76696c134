package understudy.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;

/// A file that is too large for one Python package and lies in several, a piece in each.
///
/// The pieces are fetched one after the other, each checked and kept, so that a broken download
/// goes on at the piece it broke in. Then they are joined as a stream into
/// `HOME/models/NAME-VERSION/FILE`, mode 0600, which appears whole and checked or not at all; the
/// pieces are deleted. The disk holds at most the file, its pieces and the package of one.
///
/// @param name       of the package that people know the whole by
/// @param file       name of the file, without folders
/// @param fileSha256 of the whole file, hex
/// @param parts      its pieces from first to last
record SplitFile(
        String name, String version, String file, String fileSha256, List<PipPackage> parts)
        implements PinnedFile {
    SplitFile {
        parts = List.copyOf(parts);
        if (parts.isEmpty() || !Path.of(file).equals(Path.of(file).getFileName())) {
            throw new IllegalArgumentException("no pieces of a plain file: " + name);
        }
    }

    @Override
    public String label() {
        return "the package " + name + "==" + version;
    }

    @Override
    public Optional<Path> local(Workspace workspace) {
        Path target = target(workspace);
        return Files.isRegularFile(target) ? Optional.of(target) : Optional.empty();
    }

    @Override
    public Path fetch(Workspace workspace, HubSettings settings, Progress progress) {
        Path target = target(workspace);
        if (local(workspace).isEmpty()) {
            List<Path> pieces =
                    parts.stream().map(part -> part.fetch(workspace, settings, progress)).toList();
            progress.say("joining " + file);
            try {
                join(pieces, target);
            } catch (IOException e) { // the pieces stay for the next try
                throw new UserError(
                        "cannot store the model",
                        target.toString(),
                        "make room on the disk, or make the folder writable",
                        ExitCode.UNEXPECTED_STATE,
                        e);
            }
            pieces.forEach(SplitFile::delete);
        }
        return target;
    }

    private void join(List<Path> pieces, Path target) throws IOException {
        PrivateFiles.write(
                target,
                out -> {
                    MessageDigest digest = Digests.of("SHA-256");
                    byte[] buffer = new byte[1 << 16];
                    for (Path piece : pieces) {
                        try (InputStream in = Files.newInputStream(piece)) {
                            int count;
                            while ((count = in.read(buffer)) >= 0) {
                                digest.update(buffer, 0, count);
                                out.write(buffer, 0, count);
                            }
                        }
                    }
                    if (!HexFormat.of().formatHex(digest.digest()).equals(fileSha256)) {
                        pieces.forEach(SplitFile::delete); // one was damaged on the disk
                        throw new UserError(
                                "the joined file is not the pinned one: its SHA-256 differs",
                                label(),
                                "start it again; every piece is fetched anew",
                                ExitCode.UNEXPECTED_STATE,
                                null);
                    }
                });
    }

    private Path target(Workspace workspace) {
        return workspace.models().resolve(name + "-" + version).resolve(file);
    }

    private static void delete(Path piece) {
        try {
            Files.deleteIfExists(piece);
            Path folder = piece.getParent();
            if (folder != null) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            // it stays, whole and checked, and does no harm
        }
    }
}
