package understudy.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.model.HubConfigs;
import understudy.model.StoredWeights.Weight;
import understudy.text.TokenizerExport;
import understudy.weights.SafetensorsWriter;
import understudy.weights.WeightType;

/// A whole model as a Hugging Face folder: bf16 weights in shards, config, tokenizer, template.
final class HubFolder {
    /// As other writers cut: what a file system without large files, or a slow network, can take.
    static final long SHARD_BYTES = 5_000_000_000L;

    private final MergedWeights weights;
    private final Path model;
    private final long shardBytes;

    /// @param model where the weights came from
    HubFolder(MergedWeights weights, Path model, long shardBytes) {
        this.weights = weights;
        this.model = model;
        this.shardBytes = shardBytes;
    }

    /// Bytes of the weights.
    static long bytes(MergedWeights weights) {
        return WeightType.BF16.bytesOf(weights.elements());
    }

    /// @param ends     tokens that end a turn
    /// @param sampling how to write by default, as `generation_config.json` names it
    void write(
            Path folder, TokenizerExport tokenizer, Set<Integer> ends, Map<String, Number> sampling)
            throws IOException {
        writeWeights(folder);
        ObjectNode config =
                Files.isDirectory(model)
                        ? HubConfigs.copied(model)
                        : HubConfigs.made(weights.config());
        config.put("torch_dtype", "bfloat16");
        ObjectNode generation = Json.json().createObjectNode();
        tokenizer.bosId().ifPresent(id -> config.put("bos_token_id", id));
        tokenizer.bosId().ifPresent(id -> generation.put("bos_token_id", id));
        if (!ends.isEmpty()) {
            int eos = tokenizer.eosId().orElse(ends.iterator().next());
            config.put("eos_token_id", eos);
            generation.put("pad_token_id", config.path("pad_token_id").asInt(eos));
            ArrayNode all = generation.putArray("eos_token_id");
            ends.forEach(all::add);
        }
        generation.put("do_sample", true);
        sampling.forEach((key, value) -> {
            if (value instanceof Integer whole) {
                generation.put(key, whole);
            } else {
                generation.put(key, value.doubleValue());
            }
        });
        json(folder.resolve("config.json"), config);
        json(folder.resolve("generation_config.json"), generation);
        tokenizer.writeFolder(folder, weights.config().maxPositions());
    }

    void writeWeights(Path folder) {
        List<List<Weight>> shards = shards();
        ObjectNode map = Json.json().createObjectNode();
        for (int i = 0; i < shards.size(); i++) {
            String name =
                    shards.size() == 1
                            ? "model.safetensors"
                            : String.format(
                                    Locale.ROOT,
                                    "model-%05d-of-%05d.safetensors",
                                    i + 1,
                                    shards.size());
            SafetensorsWriter writer = new SafetensorsWriter();
            for (Weight weight : shards.get(i)) {
                map.put(weight.name(), name);
                writer.add(
                        weight.name(),
                        WeightType.BF16,
                        weight.shape(),
                        out -> weights.writeHub(weight, WeightType.BF16, out));
            }
            writer.write(folder.resolve(name));
        }
        if (shards.size() > 1) {
            ObjectNode index = Json.json().createObjectNode();
            index.putObject("metadata").put("total_size", bytes(weights));
            index.set("weight_map", map);
            try {
                json(folder.resolve("model.safetensors.index.json"), index);
            } catch (IOException e) {
                throw Exporter.refused(folder, e);
            }
        }
    }

    private List<List<Weight>> shards() {
        List<List<Weight>> shards = new ArrayList<>();
        long left = 0;
        for (Weight weight : weights.all()) {
            long bytes = WeightType.BF16.bytesOf(weight.rows() * weight.columns());
            if (shards.isEmpty() || bytes > left) {
                shards.add(new ArrayList<>());
                left = shardBytes;
            }
            shards.getLast().add(weight);
            left -= bytes;
        }
        return shards;
    }

    static void json(Path file, JsonNode json) throws IOException {
        byte[] bytes = Json.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        PrivateFiles.write(file, out -> out.write(bytes));
    }
}
