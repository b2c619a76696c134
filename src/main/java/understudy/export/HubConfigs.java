package understudy.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.model.ModelConfig;
import understudy.model.RopeConfig;

/// `config.json`, in the keys that versions 4 and 5 of transformers read.
final class HubConfigs {
    /// What Llama 3 was stretched by, but for the factor: the same in every published model.
    private static final double LOW = 1;

    private static final double HIGH = 4;
    private static final double ORIGINAL = 8192;

    private HubConfigs() {}

    /// The config of a folder, of its language part where it sees images, without what held of its
    /// own files only.
    static ObjectNode copied(Path model) throws IOException {
        JsonNode read = Json.json().readTree(Files.readAllBytes(model.resolve("config.json")));
        JsonNode text = read.path("text_config");
        boolean nested = read.path("model_type").asString("").equals("gemma3") && text.isObject();
        ObjectNode config = ((ObjectNode) (nested ? text : read)).deepCopy();
        if (nested) {
            config.put("model_type", "gemma3_text");
            config.putArray("architectures").add("Gemma3ForCausalLM");
            // the outer one says it where the inner one does not
            for (String key : List.of("tie_word_embeddings", "pad_token_id")) {
                if (!config.has(key) && read.has(key)) {
                    config.set(key, read.path(key));
                }
            }
        }
        for (String own : List.of("quantization_config", "dtype", "_name_or_path")) {
            config.remove(own);
        }
        return config;
    }

    /// The config of a model whose file is of another format.
    static ObjectNode made(ModelConfig c) {
        ObjectNode config = Json.json().createObjectNode();
        config.putArray("architectures").add(architecture(c));
        config.put("model_type", c.family().modelType());
        config.put("vocab_size", c.vocabulary());
        config.put("hidden_size", c.hidden());
        config.put("num_hidden_layers", c.layers());
        config.put("num_attention_heads", c.heads());
        config.put("num_key_value_heads", c.kvHeads());
        config.put("head_dim", c.headSize());
        config.put("intermediate_size", c.intermediate());
        config.put("max_position_embeddings", c.maxPositions());
        // files hold it as a 32-bit float: 1e-5, not 9.999999747378752e-6
        config.put("rms_norm_eps", Double.parseDouble(Float.toString((float) c.normEpsilon())));
        config.put("tie_word_embeddings", c.tied());
        config.put("attention_dropout", 0.0);
        config.put("initializer_range", 0.02);
        config.put("use_cache", true);
        config.put("rope_theta", c.rope().theta());
        scaling(config, c.rope(), c.headSize());
        families(config, c);
        return config;
    }

    private static String architecture(ModelConfig c) {
        return switch (c.family()) {
            case LLAMA -> "LlamaForCausalLM";
            case MISTRAL -> "MistralForCausalLM";
            case QWEN2 -> "Qwen2ForCausalLM";
            case QWEN3 -> "Qwen3ForCausalLM";
            case GEMMA3 -> "Gemma3ForCausalLM";
            case PHI3 -> "Phi3ForCausalLM";
        };
    }

    private static void families(ObjectNode config, ModelConfig c) {
        switch (c.family()) {
            case LLAMA ->
                    config.put("hidden_act", "silu")
                            .put("attention_bias", c.biases().qkv())
                            .put("mlp_bias", c.biases().mlp());
            case MISTRAL, PHI3 -> {
                config.put("hidden_act", "silu");
                if (c.window() > 0) {
                    config.put("sliding_window", c.window());
                } else {
                    config.putNull("sliding_window");
                }
                config.put("original_max_position_embeddings", c.maxPositions());
                config.put("pad_token_id", 0);
            }
            case QWEN2 -> config.put("hidden_act", "silu").put("use_sliding_window", false);
            case QWEN3 ->
                    config.put("hidden_act", "silu")
                            .put("attention_bias", c.biases().qkv())
                            .put("use_sliding_window", false);
            case GEMMA3 -> {
                config.put("hidden_activation", "gelu_pytorch_tanh");
                config.put("attention_bias", c.biases().qkv());
                config.put("query_pre_attn_scalar", c.queryScalar());
                config.put("rope_local_base_freq", c.local().rope().theta());
                config.put("sliding_window", Math.max(1, c.window()));
                ArrayNode types = config.putArray("layer_types");
                for (int i = 0; i < c.layers(); i++) {
                    boolean local = c.local().layers().get(i);
                    types.add(local ? "sliding_attention" : "full_attention");
                }
            }
        }
    }

    private static void scaling(ObjectNode config, RopeConfig rope, int headSize) {
        if (rope.speedDivisors().length > 0) {
            float largest = 1;
            for (float divisor : rope.speedDivisors()) {
                largest = Math.max(largest, divisor);
            }
            float[] usual = divisors(rope.theta(), headSize, largest, LOW, HIGH, ORIGINAL);
            for (int i = 0; i < usual.length; i++) {
                if (Math.abs(usual[i] / rope.speedDivisors()[i] - 1) > 1e-3) {
                    throw new UserError(
                            "the way in which this model's context is stretched has no name in a"
                                    + " Hugging Face config",
                            "rope_freqs.weight",
                            "export with --as gguf");
                }
            }
            llama3(config, largest, LOW, HIGH, ORIGINAL);
            return;
        }
        switch (rope.scaling()) {
            case NONE -> {}
            case LINEAR ->
                    config.putObject("rope_scaling")
                            .put("rope_type", "linear")
                            .put("factor", rope.factor());
            case LLAMA3 ->
                    llama3(
                            config,
                            rope.factor(),
                            rope.lowFactor(),
                            rope.highFactor(),
                            rope.original());
        }
    }

    private static void llama3(
            ObjectNode config, double factor, double low, double high, double original) {
        config.putObject("rope_scaling")
                .put("rope_type", "llama3")
                .put("factor", factor)
                .put("low_freq_factor", low)
                .put("high_freq_factor", high)
                .put("original_max_position_embeddings", (long) original);
    }

    /// By what Llama 3's way of stretching divides the speed of each pair: GGUF files hold these
    /// numbers. The rule is described at [RopeConfig].
    static float[] divisors(
            double theta, int headSize, double factor, double low, double high, double original) {
        float[] divisors = new float[headSize / 2];
        for (int i = 0; i < divisors.length; i++) {
            double speed = Math.pow(theta, -2.0 * i / headSize);
            double turns = original * speed / (2 * Math.PI);
            if (turns < low) {
                divisors[i] = (float) factor;
            } else if (turns > high) {
                divisors[i] = 1;
            } else {
                double smooth = (turns - low) / (high - low);
                divisors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
            }
        }
        return divisors;
    }
}
