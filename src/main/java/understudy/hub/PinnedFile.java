package understudy.hub;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.base.Workspace;

/// A file out of Python packages, of which every byte is known before.
sealed interface PinnedFile permits PipPackage, SplitFile {
    /// For sentences.
    String label();

    /// The version of what is published.
    String version();

    /// SHA-256 of the file, hex; null where that of its package is enough.
    @Nullable String fileSha256();

    /// Where it is, when it was fetched before. No network.
    Optional<Path> local(Workspace workspace);

    /// @return the file, checked; at once when it was fetched before
    /// @throws UserError when pip is missing or fails, or a hash is not the pinned one
    Path fetch(Workspace workspace, HubSettings settings, Progress progress);
}
