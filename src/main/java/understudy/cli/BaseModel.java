package understudy.cli;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;
import understudy.hub.Hub;
import understudy.hub.HubSettings;
import understudy.hub.LocalModel;

/// A base model on this machine.
///
/// @param id       how to name it to get it again
/// @param path     its folder or `.gguf` file
/// @param revision of its hub repository or package; null for a file of one's own
/// @param known    name under which other programs know it
record BaseModel(String id, Path path, @Nullable String revision, @Nullable String known) {
    static final String STANDARD = "smollm2-135m";

    /// Of the catalogue or of the Hugging Face hub.
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?");

    /// Finds a model that was fetched before; never touches the network.
    static BaseModel find(Workspace workspace, String model) {
        LocalModel local = new Hub(workspace, HubSettings.standard()).resolve(model);
        return new BaseModel(local.id(), local.path(), local.revision(), local.published());
    }

    /// Its name without a path, which is nobody's business.
    String shown() {
        return NAME.matcher(id).matches() ? id : path.getFileName().toString();
    }

    /// What an adapter says it belongs to: never a path, which is nobody's business.
    String published() {
        return known == null ? path.getFileName().toString() : known;
    }
}
