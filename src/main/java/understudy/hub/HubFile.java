package understudy.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// A file of a model on the hub.
///
/// @param name plain, without folders
/// @param size bytes
/// @param hash SHA-256 in hex where the hub keeps it as a large file, else git's SHA-1
record HubFile(String name, long size, String hash) {
    private static final Set<String> TEXTS =
            Set.of(
                    "config.json",
                    "generation_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "chat_template.jinja",
                    "special_tokens_map.json");
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    /// The files of `siblings` in the hub's answer that are needed, texts first. A repository may
    /// hold the same weights several times; one set is taken.
    ///
    /// @throws UserError when there are none in a safe format, or the hub names no hash
    static List<HubFile> needed(JsonNode siblings, String model) {
        List<JsonNode> texts = new ArrayList<>();
        List<JsonNode> single = new ArrayList<>();
        List<JsonNode> shards = new ArrayList<>();
        boolean pickled = false;
        boolean index = false;
        for (JsonNode sibling : siblings) {
            String name = sibling.path("rfilename").asString("");
            if (TEXTS.contains(name)) {
                texts.add(sibling);
            } else if (name.equals(SINGLE)) {
                single.add(sibling);
            } else if (name.equals(INDEX) || SHARD.matcher(name).matches()) {
                shards.add(sibling);
                index |= name.equals(INDEX);
            }
            pickled |= LocalSource.isPickle(name);
        }
        if (single.isEmpty() && !index) {
            throw noWeights(model, pickled);
        }
        texts.addAll(single.isEmpty() ? shards : single);
        return texts.stream().map(sibling -> file(sibling, model)).toList();
    }

    private static UserError noWeights(String model, boolean pickled) {
        if (pickled) {
            return new UserError(
                    "the model has pickled weights only, which can run code when they are opened;"
                            + " they are refused",
                    model,
                    "use a model that is published as safetensors");
        }
        return new UserError(
                "the repository holds no weights in the safetensors format",
                model,
                "use a model that is published as safetensors: understudy model list");
    }

    private static HubFile file(JsonNode sibling, String model) {
        String name = sibling.path("rfilename").asString("");
        JsonNode large = sibling.path("lfs");
        String hash =
                large.has("sha256")
                        ? large.path("sha256").asString("")
                        : sibling.path("blobId").asString("");
        long size =
                large.has("size") ? large.path("size").asLong(-1) : sibling.path("size").asLong(-1);
        if (!HASH.matcher(hash).matches() || size < 0) {
            throw new UserError(
                    "the hub names no size and hash to check the file against",
                    model + ", " + name,
                    "unset HF_ENDPOINT, or use a mirror that answers like the hub",
                    ExitCode.UNEXPECTED_STATE,
                    null);
        }
        return new HubFile(name, size, hash);
    }
}
