package understudy.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.tensor.TensorFile;

/// An adapter on disk in the form that PEFT, and everything built on it, loads:
/// `adapter_config.json` and `adapter_model.safetensors` with factors named
/// `base_model.model.<layer>.lora_A.weight` `(r,I)` and `lora_B` `(O,r)`, in f32.
public final class PeftFolder {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final long MAX_CONFIG_BYTES = 1_000_000;

    private PeftFolder() {}

    /// Writes `adapter` into `folder`, each file whole or not at all.
    ///
    /// @param base     name of the base model, a hub id where it has one; never a local path, which
    ///                 would tell strangers about this machine
    /// @param revision of the hub repository; null where there is none
    public static void write(
            Adapter adapter, Tensor parameters, Path folder, String base, @Nullable String revision)
            throws IOException {
        PrivateFiles.createFolders(folder);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> factors = adapter.named(parameters);
            PrivateFiles.write(folder.resolve(WEIGHTS), out -> TensorFile.write(factors, out));
        }
        byte[] config =
                Json.json()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsBytes(config(adapter, base, revision));
        PrivateFiles.write(folder.resolve(CONFIG), out -> out.write(config));
    }

    private static Map<String, @Nullable Object> config(
            Adapter adapter, String base, @Nullable String revision) {
        LoraConfig lora = adapter.config();
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", base);
        config.put("revision", revision);
        config.put("r", lora.rank());
        config.put("lora_alpha", lora.alpha());
        config.put("lora_dropout", lora.dropout());
        config.put("target_modules", adapter.targetModules());
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("modules_to_save", null);
        config.put("inference_mode", true);
        return config;
    }

    /// The shape of the adapter in `folder`.
    ///
    /// @throws UserError where there is none, it is damaged, or of a kind that cannot be run
    public static LoraConfig config(Path folder) {
        Path file = folder.resolve(CONFIG);
        try {
            if (Files.size(file) > MAX_CONFIG_BYTES) {
                throw damaged(file, null);
            }
            JsonNode json = Json.json().readTree(Files.readAllBytes(file));
            boolean plain =
                    json.path("peft_type").asString("").equals("LORA")
                            && !json.path("use_dora").asBoolean(false)
                            && !json.path("use_rslora").asBoolean(false)
                            && json.path("alpha_pattern").isEmpty()
                            && json.path("rank_pattern").isEmpty()
                            && json.path("bias").asString("none").equals("none");
            if (!plain || !json.path("target_modules").isArray()) {
                throw new UserError(
                        "this kind of adapter cannot be run",
                        file.toString(),
                        "use a plain LoRA adapter: no DoRA, rsLoRA, biases or patterns, targets as"
                                + " a list");
            }
            List<String> targets = new ArrayList<>();
            json.path("target_modules").forEach(t -> targets.add(t.asString("")));
            return lora(json, targets, file);
        } catch (IOException | JacksonException e) {
            throw damaged(file, e);
        }
    }

    private static LoraConfig lora(JsonNode json, List<String> targets, Path file) {
        try {
            return new LoraConfig(
                    json.path("r").asInt(0),
                    json.path("lora_alpha").asDouble(0),
                    json.path("lora_dropout").asDouble(0),
                    targets);
        } catch (UserError e) {
            throw new UserError(e.what(), file.toString(), e.fix(), e);
        }
    }

    /// Loads the adapter in `folder` and attaches it to `model`.
    ///
    /// @param training whether gradients are needed
    /// @throws UserError where it is missing, damaged, or made for another model
    public static Adapter load(LanguageModel model, Path folder, boolean training) {
        LoraConfig config = config(folder);
        Adapter adapter = Adapter.empty(model, config, training);
        Path file = folder.resolve(WEIGHTS);
        try (PointerScope scope = new PointerScope()) {
            if (!TensorFile.read(file, adapter.named(adapter.parameters()))) {
                throw new UserError(
                        "this adapter was made for another model",
                        file.toString(),
                        "use the base model that the run was trained on: understudy runs show");
            }
            adapter.refresh();
            return adapter;
        } catch (RuntimeException e) {
            model.detachAdapter();
            adapter.close();
            throw e;
        }
    }

    private static UserError damaged(Path file, @Nullable Exception e) {
        return new UserError(
                "cannot read the adapter",
                file.toString(),
                "choose a finished run: understudy runs",
                ExitCode.USER,
                e);
    }
}
