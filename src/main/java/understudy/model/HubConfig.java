package understudy.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;

/// Reads `config.json` as transformers writes it, versions 4 and 5.
final class HubConfig {
    private static final long MAX_BYTES = 4_000_000;

    private final JsonNode json;
    private final Family family;
    private final Path file;

    private HubConfig(JsonNode json, Family family, Path file) {
        this.json = json;
        this.family = family;
        this.file = file;
    }

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
        String type = json.path("model_type").asString("");
        Family family = Family.ofModelType(type, file.toString());
        boolean nested = type.equals(Family.GEMMA3_WITH_IMAGES);
        return new HubConfig(nested ? json.path("text_config") : json, family, file).config(nested);
    }

    private ModelConfig config(boolean nested) {
        refuseWhatIsNotComputed();
        Missing missing = missing();
        int hidden = number("hidden_size", 0);
        int layers = ModelConfig.layers(number("num_hidden_layers", 0));
        int heads = number("num_attention_heads", missing.heads);
        int headSize =
                number(
                        "head_dim",
                        missing.headSize > 0 ? missing.headSize : quotient(hidden, heads));
        RopeConfig rope = rope();
        return new ModelConfig(
                family,
                number("vocab_size", missing.vocabulary),
                hidden,
                layers,
                heads,
                number("num_key_value_heads", missing.kvHeads > 0 ? missing.kvHeads : heads),
                headSize,
                number("intermediate_size", 0),
                decimal(json, "rms_norm_eps", 1e-6),
                rope,
                local(layers, rope),
                family == Family.GEMMA3 ? decimal(json, "query_pre_attn_scalar", 256) : headSize,
                biases(),
                number("max_position_embeddings", missing.positions),
                json.path("tie_word_embeddings").asBoolean(missing.tied),
                nested);
    }

    private static int quotient(int hidden, int heads) {
        return heads > 0 ? hidden / heads : 0;
    }

    /// What transformers takes where a config says nothing; 0 for what it must say, or for what
    /// follows from the rest.
    private record Missing(
            int vocabulary, int heads, int kvHeads, int headSize, int positions, boolean tied) {
        static final Missing PLAIN = new Missing(0, 0, 0, 0, 2048, false);
    }

    private Missing missing() {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, PHI3 -> Missing.PLAIN;
            case QWEN3 -> new Missing(0, 0, 0, 128, 2048, false);
            // published configs leave out what is as in the first model of the family
            case GEMMA3 -> new Missing(262_208, 8, 4, 256, 131_072, true);
        };
    }

    private void refuseWhatIsNotComputed() {
        String key = json.has("hidden_activation") ? "hidden_activation" : "hidden_act";
        Activation activation = family.activation();
        if (!json.path(key).isMissingNode() && !activation.isCalled(json.path(key).asString(""))) {
            throw unsupported("its activation", key);
        }
        for (String cap : new String[] {"attn_logit_softcapping", "final_logit_softcapping"}) {
            if (json.path(cap).isNumber()) {
                throw unsupported("capped logits", cap);
            }
        }
        if (json.path("use_bidirectional_attention").asBoolean(false)) {
            throw unsupported("attention to later tokens", "use_bidirectional_attention");
        }
    }

    private UserError unsupported(String what, String key) {
        return family.unsupported(what, file + " (" + key + ")");
    }

    private ModelConfig.Biases biases() {
        boolean attention = json.path("attention_bias").asBoolean(false);
        boolean mlp = json.path("mlp_bias").asBoolean(false);
        return switch (family) {
            case LLAMA -> new ModelConfig.Biases(attention, attention, mlp);
            case QWEN3, GEMMA3 -> new ModelConfig.Biases(attention, attention, false);
            case QWEN2 -> ModelConfig.Biases.QKV;
            case MISTRAL, PHI3 -> ModelConfig.Biases.NONE;
        };
    }

    /// Layers with a sliding window, by the keys and defaults of each family.
    private LocalLayers local(int layers, RopeConfig rope) {
        boolean given = json.path("sliding_window").isNumber();
        int window = number("sliding_window", 0);
        return switch (family) {
            case LLAMA -> LocalLayers.none(rope);
            case MISTRAL, PHI3 ->
                    given ? LocalLayers.all(layers, window, rope) : LocalLayers.none(rope);
            case QWEN2, QWEN3 -> {
                if (!given || !json.path("use_sliding_window").asBoolean(false)) {
                    yield LocalLayers.none(rope);
                }
                BitSet upper = new BitSet();
                upper.set(Math.max(0, Math.min(number("max_window_layers", 28), layers)), layers);
                yield listed(layers, window, rope, upper);
            }
            case GEMMA3 -> {
                int period = number("sliding_window_pattern", 6);
                if (period < 1) {
                    throw new IllegalArgumentException("sliding window pattern " + period);
                }
                LocalLayers usual =
                        LocalLayers.allBut(period, layers, given ? window : 4096, localRope());
                yield listed(layers, given ? window : 4096, localRope(), usual.layers());
            }
        };
    }

    /// Layers that `layer_types` names, or else the usual ones.
    private LocalLayers listed(int layers, int window, RopeConfig rope, BitSet usual) {
        JsonNode types = json.path("layer_types");
        if (!types.isArray()) {
            return new LocalLayers(usual, usual.isEmpty() ? 0 : window, rope);
        }
        if (types.size() != layers) {
            throw new IllegalArgumentException("layer types " + types.size());
        }
        BitSet local = new BitSet();
        for (int i = 0; i < layers; i++) {
            switch (types.path(i).asString("")) {
                case "sliding_attention" -> local.set(i);
                case "full_attention" -> local.clear(i);
                default -> throw unsupported("a kind of attention", "layer_types");
            }
        }
        return new LocalLayers(local, local.isEmpty() ? 0 : window, rope);
    }

    private int number(String key, int otherwise) {
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

    /// Positions in layers that see everything. Version 5 of transformers writes `rope_parameters`
    /// with theta inside, version 4 `rope_theta` beside `rope_scaling`; Gemma 3 has one set for
    /// each kind of layer.
    private RopeConfig rope() {
        JsonNode five = json.path("rope_parameters");
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3 ->
                    rope(
                            five.isObject() ? five : json.path("rope_scaling"),
                            decimal(json, "rope_theta", 10_000));
            case GEMMA3 ->
                    rope(
                            five.isObject()
                                    ? five.path("full_attention")
                                    : json.path("rope_scaling"),
                            decimal(json, "rope_theta", 1_000_000));
        };
    }

    /// Positions in Gemma 3's local layers, which stretching the context leaves alone.
    private RopeConfig localRope() {
        return rope(
                json.path("rope_parameters").path("sliding_attention"),
                decimal(json, "rope_local_base_freq", 10_000));
    }

    private RopeConfig rope(JsonNode scaling, double outerTheta) {
        double theta = decimal(scaling, "rope_theta", outerTheta);
        double turned =
                decimal(
                        scaling,
                        "partial_rotary_factor",
                        decimal(json, "partial_rotary_factor", 1));
        if (turned != 1) {
            throw unsupported("positions turn a part of each head", "partial_rotary_factor");
        }
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
