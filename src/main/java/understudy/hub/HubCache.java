package understudy.hub;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.weights.Safetensors;

/// One model's folder in the cache that all programs of the hub share.
///
/// ```
/// CACHE/models--org--name/ blobs/HASH               contents, named by SHA-256 or git's SHA-1
///                          blobs/HASH.incomplete    the beginning of one
///                          refs/main                text: a commit
///                          snapshots/COMMIT/FILE    relative link to ../../blobs/HASH
/// CACHE/.locks/models--org--name/HASH.lock
/// ```
/// Where links are not allowed (Windows without the right) a snapshot holds the file itself.
///
/// @param folder `CACHE/models--org--name`
record HubCache(Path folder) {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    static HubCache of(HubSettings settings, HubId id) {
        String name = "models--" + id.owner() + "--" + id.name();
        return new HubCache(settings.cache().resolve(name));
    }

    Path blobs() {
        return folder.resolve("blobs");
    }

    Path blob(String hash) {
        return blobs().resolve(hash);
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    Path locks() {
        return folder.resolveSibling(".locks").resolve(folder.getFileName());
    }

    Path lock(String hash) {
        return locks().resolve(hash + ".lock");
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /// The commit that a branch had when it was last fetched.
    Optional<String> commit(String revision) {
        if (isCommit(revision)) {
            return Optional.of(revision);
        }
        try {
            Path ref = ref(revision);
            if (!Files.isRegularFile(ref) || Files.size(ref) > 100) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(ref).strip()).filter(HubCache::isCommit);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void writeRef(String revision, String commit) throws IOException {
        if (!isCommit(revision)) {
            PrivateFiles.writeString(ref(revision), commit);
        }
    }

    private Path ref(String revision) {
        return folder.resolve("refs").resolve(revision);
    }

    /// A snapshot with everything that loading needs. One that another program left half done is
    /// none.
    Optional<Path> complete(String commit) {
        Path snapshot = snapshot(commit);
        return isModel(snapshot) ? Optional.of(snapshot) : Optional.empty();
    }

    /// Whether a folder has a configuration and all its weights.
    static boolean isModel(Path folder) {
        if (!Files.isRegularFile(folder.resolve("config.json"))) {
            return false;
        }
        try {
            Set<String> weights = Safetensors.files(folder);
            return weights.stream().allMatch(file -> Files.isRegularFile(folder.resolve(file)));
        } catch (UserError e) {
            return false;
        }
    }

    /// Shows a finished blob as `file` of a snapshot.
    void link(String commit, String file, String hash) throws IOException {
        Path shown = snapshot(commit).resolve(file);
        PrivateFiles.createFolders(snapshot(commit));
        Path blob = blob(hash);
        if (Files.exists(shown) && Files.isSameFile(shown, blob)) {
            return;
        }
        Path fresh = shown.resolveSibling("." + file + ".new");
        Files.deleteIfExists(fresh);
        try {
            Files.createSymbolicLink(fresh, Path.of("..", "..", "blobs", hash));
        } catch (UnsupportedOperationException | FileSystemException e) {
            copy(blob, fresh);
        }
        PrivateFiles.publish(fresh, shown);
    }

    private static void copy(Path blob, Path fresh) throws IOException {
        try {
            Files.createLink(fresh, blob); // no second copy on the disk
        } catch (UnsupportedOperationException | FileSystemException e) {
            PrivateFiles.write(fresh, out -> Files.copy(blob, out));
        }
    }

    /// Bytes of the blob, or of its beginning.
    long present(String hash) {
        try {
            if (Files.isRegularFile(blob(hash), LinkOption.NOFOLLOW_LINKS)) {
                return Files.size(blob(hash));
            }
            Path begun = incomplete(hash);
            return Files.isRegularFile(begun, LinkOption.NOFOLLOW_LINKS) ? Files.size(begun) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    Path incomplete(String hash) {
        return blob(hash + ".incomplete");
    }
}
