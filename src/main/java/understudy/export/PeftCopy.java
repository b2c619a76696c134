package understudy.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.model.PeftFolder;

/// An adapter's PEFT folder for others: the base by the name under which they can get it.
final class PeftCopy {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    private PeftCopy() {}

    /// @param base     name of the base model for others; never a local path
    /// @param revision of its hub repository; null where there is none
    static void write(Path adapter, Path folder, String base, @Nullable String revision)
            throws IOException {
        PeftFolder.config(adapter); // refuses what is damaged or too large
        ObjectNode config =
                (ObjectNode) Json.json().readTree(Files.readAllBytes(adapter.resolve(CONFIG)));
        config.put("base_model_name_or_path", base);
        config.put("revision", revision);
        HubFolder.json(folder.resolve(CONFIG), config);
        PrivateFiles.write(
                folder.resolve(WEIGHTS), out -> Files.copy(adapter.resolve(WEIGHTS), out));
    }
}
