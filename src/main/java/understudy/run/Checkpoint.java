package understudy.run;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// A complete checkpoint whose every file has been verified, or has just been written.
///
/// @param step   optimizer steps done
/// @param folder of its files
/// @param bytes  length of all files together
/// @param state  what the trainer gave: position, random state, settings
public record Checkpoint(int step, Path folder, long bytes, JsonNode state) {
    public Path file(String name) {
        return folder.resolve(name);
    }
}
