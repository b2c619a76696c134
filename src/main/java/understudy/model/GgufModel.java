package understudy.model;

import java.nio.file.Path;
import java.util.Map;
import understudy.base.UserError;
import understudy.weights.Gguf;

/// What a GGUF file says in its own words, in the words of a Hugging Face folder.
///
/// Key and tensor names are those of ggml's GGUF naming convention.
final class GgufModel {
    private static final Map<String, String> PARTS =
            Map.of(
                    "input_layernorm", "attn_norm",
                    "post_attention_layernorm", "ffn_norm",
                    "self_attn.q_proj", "attn_q",
                    "self_attn.k_proj", "attn_k",
                    "self_attn.v_proj", "attn_v",
                    "self_attn.o_proj", "attn_output",
                    "mlp.gate_proj", "ffn_gate",
                    "mlp.up_proj", "ffn_up",
                    "mlp.down_proj", "ffn_down");

    private GgufModel() {}

    static ModelConfig config(Path file) {
        try (Gguf gguf = Gguf.open(file)) {
            return config(gguf);
        }
    }

    static ModelConfig config(Gguf gguf) {
        try {
            return said(gguf);
        } catch (IllegalArgumentException e) {
            throw ModelConfig.wrong(e, gguf.path());
        }
    }

    private static ModelConfig said(Gguf gguf) {
        String architecture = gguf.string("general.architecture").orElse("");
        Family family = Family.ofGguf(architecture, gguf.path().toString());
        int hidden = integer(gguf, architecture + ".embedding_length");
        int heads = integer(gguf, architecture + ".attention.head_count");
        int headSize =
                integer(
                        gguf,
                        architecture + ".attention.key_length",
                        heads > 0 ? hidden / heads : 0);
        long vocabulary =
                gguf.tensors().containsKey("token_embd.weight")
                        ? gguf.tensor("token_embd.weight").shape()[0]
                        : 0;
        return new ModelConfig(
                family,
                (int) Math.min(vocabulary, Integer.MAX_VALUE),
                hidden,
                integer(gguf, architecture + ".block_count"),
                heads,
                integer(gguf, architecture + ".attention.head_count_kv", heads),
                headSize,
                integer(gguf, architecture + ".feed_forward_length"),
                gguf.decimal(architecture + ".attention.layer_norm_rms_epsilon").orElse(1e-5),
                rope(gguf, architecture, headSize),
                family.hasWindow()
                        ? integer(gguf, architecture + ".attention.sliding_window", 0)
                        : 0,
                integer(gguf, architecture + ".context_length", 2048),
                !gguf.tensors().containsKey("output.weight"));
    }

    /// Llama 3's way of stretching is in the file as a tensor of divisors.
    private static RopeConfig rope(Gguf gguf, String architecture, int headSize) {
        double theta = gguf.decimal(architecture + ".rope.freq_base").orElse(10_000);
        String scaling = gguf.string(architecture + ".rope.scaling.type").orElse("none");
        RopeConfig rope =
                switch (scaling) {
                    case "none" -> RopeConfig.plain(theta);
                    case "linear" ->
                            RopeConfig.linear(
                                    theta,
                                    gguf.decimal(architecture + ".rope.scaling.factor").orElse(1));
                    default -> throw RopeConfig.unknown(gguf.path() + " (rope.scaling.type)");
                };
        return gguf.tensors().containsKey("rope_freqs.weight")
                ? rope.dividedBy(GgufFloats.read(gguf, "rope_freqs.weight", headSize / 2))
                : rope;
    }

    private static int integer(Gguf gguf, String key, long otherwise) {
        long value = gguf.integer(key).orElse(otherwise);
        return (int) Math.max(-1, Math.min(value, Integer.MAX_VALUE));
    }

    private static int integer(Gguf gguf, String key) {
        long value =
                gguf.integer(key)
                        .orElseThrow(() ->
                                new UserError(
                                        "the model file does not say its " + key,
                                        gguf.path().toString(),
                                        "fetch the model again, or another one"));
        return (int) Math.max(-1, Math.min(value, Integer.MAX_VALUE));
    }

    /// The tensor's name in a GGUF file.
    ///
    /// @param name as in a Hugging Face folder, such as `model.layers.3.mlp.up_proj.weight`
    static String tensorName(String name) {
        return switch (name) {
            case "model.embed_tokens.weight" -> "token_embd.weight";
            case "model.norm.weight" -> "output_norm.weight";
            case "lm_head.weight" -> "output.weight";
            default -> layerTensor(name);
        };
    }

    private static String layerTensor(String name) {
        String rest = name.substring("model.layers.".length());
        int dot = rest.indexOf('.');
        String part = rest.substring(dot + 1, rest.length() - ".weight".length());
        String known = PARTS.get(part);
        if (known == null) {
            throw new IllegalArgumentException("no GGUF name for " + name);
        }
        return "blk." + rest.substring(0, dot) + "." + known + ".weight";
    }
}
