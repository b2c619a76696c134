package understudy.hub;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A model on this machine.
///
/// @param id        what [Hub#resolve] takes to find it again: a name of the catalogue, `org/name`
///                  or an absolute path
/// @param path      a folder in Hugging Face form, or one .gguf file
/// @param revision  commit on the hub, or the package's version; null for a person's own files
/// @param sha256    of the .gguf file where that is known
/// @param published `org/name` on the hub, the name under which other programs know the model;
///                  null for a person's own files, whose place is nobody's business
public record LocalModel(
        String id,
        Path path,
        @Nullable String revision,
        @Nullable String sha256,
        @Nullable String published) {
    /// Whether [#path] is a .gguf file and not a folder.
    public boolean isGguf() {
        return LocalSource.isGguf(path);
    }
}
