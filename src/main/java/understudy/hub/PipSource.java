package understudy.hub;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;
import understudy.weights.Gguf;

/// A .gguf model inside a Python package, or in pieces inside several.
///
/// @param published `org/name` of the model on the hub, where it is there too
record PipSource(
        Workspace workspace,
        HubSettings settings,
        PinnedFile box,
        String name,
        @Nullable String published)
        implements ModelSource {
    @Override
    public String label() {
        return box.label();
    }

    @Override
    public Optional<LocalModel> local() {
        return box.local(workspace).map(this::model);
    }

    @Override
    public LocalModel fetch(Progress progress) {
        Path file = box.fetch(workspace, settings, progress);
        Gguf.open(file).close(); // what does not load is no success
        return model(file);
    }

    private LocalModel model(Path file) {
        return new LocalModel(name, file, box.version(), box.fileSha256(), published);
    }
}
