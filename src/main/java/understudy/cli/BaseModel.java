package understudy.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import understudy.base.UserError;
import understudy.base.Workspace;

/// A base model on this machine.
///
/// @param id   how to name it to get it again
/// @param path its folder or `.gguf` file
record BaseModel(String id, Path path) {
    static final String STANDARD = "smollm2-135m";

    /// Finds a model that was fetched before; never touches the network.
    static BaseModel find(Workspace workspace, String model) {
        try {
            Path path = Path.of(model);
            if (Files.exists(path)) {
                return new BaseModel(model, path);
            }
        } catch (InvalidPathException e) {
            // then it is no path, and nothing else either
        }
        throw new UserError(
                "the model '" + model + "' is not on this machine",
                workspace.models().toString(),
                "understudy model get " + model);
    }
}
