package understudy.model;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import understudy.base.UserError;
import understudy.weights.Gguf;

/// What a GGUF file says in its own words, in the words of a Hugging Face folder.
///
/// Key and tensor names are those of ggml's GGUF naming convention.
final class GgufModel {
    private static final Map<String, String> PARTS =
            Map.ofEntries(
                    Map.entry("self_attn.q_proj", "attn_q"),
                    Map.entry("self_attn.k_proj", "attn_k"),
                    Map.entry("self_attn.v_proj", "attn_v"),
                    Map.entry("self_attn.qkv_proj", "attn_qkv"),
                    Map.entry("self_attn.o_proj", "attn_output"),
                    Map.entry("self_attn.q_norm", "attn_q_norm"),
                    Map.entry("self_attn.k_norm", "attn_k_norm"),
                    Map.entry("mlp.gate_proj", "ffn_gate"),
                    Map.entry("mlp.up_proj", "ffn_up"),
                    Map.entry("mlp.gate_up_proj", "ffn_up"),
                    Map.entry("mlp.down_proj", "ffn_down"));

    /// Gemma 3 has one global layer in so many; files say it only where it is otherwise.
    private static final int GEMMA3_PERIOD = 6;

    /// Of the one Gemma 3 (27B) whose scores are not divided by the root of the head size.
    private static final int GEMMA3_LARGEST_LAYERS = 62;

    private final Gguf gguf;
    private final Family family;
    private final String prefix;

    private GgufModel(Gguf gguf) {
        String architecture = gguf.string("general.architecture").orElse("");
        this.gguf = gguf;
        this.family = Family.ofGguf(architecture, gguf.path().toString());
        this.prefix = architecture + ".";
    }

    static ModelConfig config(Path file) {
        try (Gguf gguf = Gguf.open(file)) {
            return config(gguf);
        }
    }

    static ModelConfig config(Gguf gguf) {
        try {
            return new GgufModel(gguf).config();
        } catch (IllegalArgumentException e) {
            throw ModelConfig.wrong(e, gguf.path());
        }
    }

    private ModelConfig config() {
        int hidden = integer("embedding_length");
        int layers = ModelConfig.layers(integer("block_count"));
        int heads = integer("attention.head_count");
        int headSize = integer("attention.key_length", heads > 0 ? hidden / heads : 0);
        long vocabulary =
                gguf.tensors().containsKey("token_embd.weight")
                        ? gguf.tensor("token_embd.weight").shape()[0]
                        : 0;
        refuseWhatIsNotComputed(headSize);
        RopeConfig rope = rope(headSize);
        return new ModelConfig(
                family,
                (int) Math.min(vocabulary, Integer.MAX_VALUE),
                hidden,
                layers,
                heads,
                integer("attention.head_count_kv", heads),
                headSize,
                integer("feed_forward_length"),
                decimal("attention.layer_norm_rms_epsilon", 1e-5),
                rope,
                local(layers, rope),
                queryScalar(layers, hidden, heads, headSize),
                biases(),
                integer("context_length", 2048),
                !gguf.tensors().containsKey("output.weight"),
                false);
    }

    private void refuseWhatIsNotComputed(int headSize) {
        if (integer("rope.dimension_count", headSize) != headSize) {
            throw unsupported("positions turn a part of each head", "rope.dimension_count");
        }
        if (gguf.tensors().containsKey("rope_factors_long.weight")) {
            throw RopeConfig.unknown(gguf.path() + " (rope_factors_long)");
        }
        for (String cap : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
            if (decimal(cap, 0) != 0) {
                throw unsupported("capped logits", cap);
            }
        }
    }

    private UserError unsupported(String what, String key) {
        return family.unsupported(what, gguf.path() + " (" + key + ")");
    }

    /// Scores are divided by the root of this.
    private double queryScalar(int layers, int hidden, int heads, int headSize) {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3 -> headSize;
            case GEMMA3 -> {
                double scale = decimal("attention.scale", 0);
                if (scale != 0) {
                    yield 1 / (scale * scale);
                }
                yield layers == GEMMA3_LARGEST_LAYERS && heads > 0 ? hidden / heads : headSize;
            }
        };
    }

    private ModelConfig.Biases biases() {
        return switch (family) {
            case LLAMA, QWEN3, GEMMA3 ->
                    new ModelConfig.Biases(
                            biased("attn_q"), biased("attn_output"), biased("ffn_down"));
            case QWEN2 -> ModelConfig.Biases.QKV;
            case MISTRAL, PHI3 -> ModelConfig.Biases.NONE;
        };
    }

    private boolean biased(String part) {
        return gguf.tensors().containsKey("blk.0." + part + ".bias");
    }

    private LocalLayers local(int layers, RopeConfig rope) {
        int window = integer("attention.sliding_window", 0);
        return switch (family) {
            case LLAMA, QWEN2, QWEN3 -> LocalLayers.none(rope);
            case MISTRAL, PHI3 -> LocalLayers.all(layers, window, rope);
            case GEMMA3 -> {
                RopeConfig plain = RopeConfig.plain(decimal("rope.freq_base_swa", 10_000));
                Object pattern = gguf.metadata().get(prefix + "attention.sliding_window_pattern");
                if (!(pattern instanceof List<?> list)) {
                    int period = integer("attention.sliding_window_pattern", GEMMA3_PERIOD);
                    if (period < 1) {
                        throw new IllegalArgumentException("sliding window pattern " + period);
                    }
                    yield LocalLayers.allBut(period, layers, window, plain);
                }
                if (list.size() != layers) {
                    throw new IllegalArgumentException("sliding window pattern " + list.size());
                }
                BitSet local = new BitSet();
                for (int i = 0; i < layers; i++) {
                    local.set(i, Boolean.TRUE.equals(list.get(i)));
                }
                yield new LocalLayers(local, local.isEmpty() ? 0 : window, plain);
            }
        };
    }

    /// Llama 3's way of stretching is in the file as a tensor of divisors.
    private RopeConfig rope(int headSize) {
        double theta = decimal("rope.freq_base", 10_000);
        String scaling = gguf.string(prefix + "rope.scaling.type").orElse("none");
        RopeConfig rope =
                switch (scaling) {
                    case "none" -> RopeConfig.plain(theta);
                    case "linear" -> RopeConfig.linear(theta, decimal("rope.scaling.factor", 1));
                    default -> throw RopeConfig.unknown(gguf.path() + " (rope.scaling.type)");
                };
        return gguf.tensors().containsKey("rope_freqs.weight")
                ? rope.dividedBy(GgufFloats.read(gguf, "rope_freqs.weight", headSize / 2))
                : rope;
    }

    private double decimal(String key, double otherwise) {
        return gguf.decimal(prefix + key).orElse(otherwise);
    }

    private int integer(String key, long otherwise) {
        return bounded(gguf.integer(prefix + key).orElse(otherwise));
    }

    private int integer(String key) {
        return bounded(
                gguf.integer(prefix + key)
                        .orElseThrow(() ->
                                new UserError(
                                        "the model file does not say its " + prefix + key,
                                        gguf.path().toString(),
                                        "fetch the model again, or another one")));
    }

    private static int bounded(long value) {
        return (int) Math.max(-1, Math.min(value, Integer.MAX_VALUE));
    }

    /// The tensor's name in a GGUF file.
    ///
    /// @param name as in a Hugging Face folder, such as `model.layers.3.mlp.up_proj.weight`
    static String tensorName(Family family, String name) {
        return switch (name) {
            case "model.embed_tokens.weight" -> "token_embd.weight";
            case "model.norm.weight" -> "output_norm.weight";
            case "lm_head.weight" -> "output.weight";
            default -> layerTensor(family, name);
        };
    }

    private static String layerTensor(Family family, String name) {
        String rest = name.substring("model.layers.".length());
        int dot = rest.indexOf('.');
        int last = rest.lastIndexOf('.');
        String part = rest.substring(dot + 1, last);
        Family.BlockNorms norms = family.norms();
        String known;
        if (part.equals(norms.beforeAttention())) {
            known = "attn_norm";
        } else if (part.equals(norms.beforeMlp())) {
            known = "ffn_norm";
        } else if (part.equals(norms.behindAttention())) {
            known = "post_attention_norm";
        } else if (part.equals(norms.behindMlp())) {
            known = "post_ffw_norm";
        } else {
            known = PARTS.get(part);
        }
        if (known == null) {
            throw new IllegalArgumentException("no GGUF name for " + name);
        }
        return "blk." + rest.substring(0, dot) + "." + known + rest.substring(last);
    }
}
