package understudy.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;

/// Reads `config.json` as transformers writes it, versions 4 and 5.
final class HubConfig {
    private static final long MAX_BYTES = 4_000_000;

    private HubConfig() {}

    static ModelConfig read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw damaged(file, null);
            }
            return of(Json.json().readTree(Files.readAllBytes(file)), file);
        } catch (IOException | JacksonException e) {
            throw damaged(file, e);
        } catch (IllegalArgumentException e) {
            throw ModelConfig.wrong(e, file);
        }
    }

    private static UserError damaged(Path file, @Nullable Exception e) {
        return new UserError(
                "cannot read the model's config",
                file.toString(),
                "fetch the model again with `understudy model get NAME`",
                e);
    }

    private static ModelConfig of(JsonNode json, Path file) {
        Family family = Family.ofModelType(json.path("model_type").asString(""), file.toString());
        int hidden = number(json, "hidden_size", 0);
        int heads = number(json, "num_attention_heads", 0);
        int headSize = number(json, "head_dim", heads > 0 ? hidden / heads : 0);
        String activation = json.path("hidden_act").asString("silu");
        if (!activation.equals("silu")
                || json.path("attention_bias").asBoolean(false)
                || json.path("mlp_bias").asBoolean(false)) {
            throw new UserError(
                    "this variant of the family " + family.modelType() + " cannot be run",
                    file + " (hidden_act, attention_bias or mlp_bias)",
                    "choose another model; see `understudy model list`");
        }
        boolean windowed = family.hasWindow() && json.path("sliding_window").isNumber();
        return new ModelConfig(
                family,
                number(json, "vocab_size", 0),
                hidden,
                number(json, "num_hidden_layers", 0),
                heads,
                number(json, "num_key_value_heads", heads),
                headSize,
                number(json, "intermediate_size", 0),
                decimal(json, "rms_norm_eps", 1e-6),
                rope(json, file),
                windowed ? number(json, "sliding_window", 0) : 0,
                number(json, "max_position_embeddings", 2048),
                json.path("tie_word_embeddings").asBoolean(false));
    }

    private static int number(JsonNode json, String key, int otherwise) {
        JsonNode value = json.path(key);
        return value.isMissingNode() || value.isNull() ? otherwise : value.asInt(-1);
    }

    /// What is there but is no number becomes one that every check refuses.
    private static double decimal(JsonNode json, String key, double otherwise) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        return value.isNumber() ? value.asDouble(Double.NaN) : Double.NaN;
    }

    /// Version 5 of transformers writes `rope_parameters` with theta inside, version 4
    /// `rope_theta` beside `rope_scaling`.
    private static RopeConfig rope(JsonNode json, Path file) {
        JsonNode five = json.path("rope_parameters");
        JsonNode scaling = five.isObject() ? five : json.path("rope_scaling");
        double theta = decimal(scaling, "rope_theta", decimal(json, "rope_theta", 10_000));
        if (!scaling.isObject()) {
            return RopeConfig.plain(theta);
        }
        String type = scaling.path("rope_type").asString(scaling.path("type").asString("default"));
        return switch (type) {
            case "default" -> RopeConfig.plain(theta);
            case "linear" -> RopeConfig.linear(theta, decimal(scaling, "factor", 1));
            case "llama3" ->
                    new RopeConfig(
                            theta,
                            RopeConfig.Scaling.LLAMA3,
                            decimal(scaling, "factor", 8),
                            decimal(scaling, "low_freq_factor", 1),
                            decimal(scaling, "high_freq_factor", 4),
                            decimal(scaling, "original_max_position_embeddings", 8192),
                            new float[0]);
            default -> throw RopeConfig.unknown(file + " (rope_type)");
        };
    }
}
