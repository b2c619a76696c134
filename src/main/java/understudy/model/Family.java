package understudy.model;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// The families of models that can be run, and what tells them apart.
///
/// All differ from the original transformer in the same ways: RMS norm, rotary positions, a gated
/// MLP, grouped key/value heads. Every trait here is a switch over all families without a default,
/// and so are the places that read their files: whoever adds a constant is led by the compiler.
/// What a config may set within a family (biases, window, scaling of positions) is in
/// [ModelConfig].
public enum Family {
    LLAMA("llama", "llama"),

    /// A sliding window in every layer; converted to GGUF as a llama.
    MISTRAL("mistral", "llama"),

    /// Biases on q, k and v.
    QWEN2("qwen2", "qwen2"),

    /// Norms of every head's queries and keys.
    QWEN3("qwen3", "qwen3"),

    /// Norms of heads and behind each branch, local and global layers, GELU, scaled embeddings;
    /// of models that see images too, the language part.
    GEMMA3("gemma3_text", "gemma3"),

    /// Fused layers: q/k/v in one, gate and up in one.
    PHI3("phi3", "phi3");

    /// Of config.json of a Gemma 3 that sees images; its text_config is of [#GEMMA3].
    static final String GEMMA3_WITH_IMAGES = "gemma3";

    private final String modelType;
    private final String ggufArchitecture;

    Family(String modelType, String ggufArchitecture) {
        this.modelType = modelType;
        this.ggufArchitecture = ggufArchitecture;
    }

    /// `model_type` of a Hugging Face config.json.
    public String modelType() {
        return modelType;
    }

    /// `general.architecture` of a GGUF file.
    public String ggufArchitecture() {
        return ggufArchitecture;
    }

    /// The four norms of a block by their names in a Hugging Face folder.
    ///
    /// @param behindAttention of what attention adds; null for none
    /// @param behindMlp       of what the MLP adds; null for none
    record BlockNorms(
            String beforeAttention,
            @Nullable String behindAttention,
            String beforeMlp,
            @Nullable String behindMlp) {

        int count() {
            return 2 + (behindAttention == null ? 0 : 1) + (behindMlp == null ? 0 : 1);
        }
    }

    BlockNorms norms() {
        return switch (this) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3 ->
                    new BlockNorms("input_layernorm", null, "post_attention_layernorm", null);
            case GEMMA3 ->
                    new BlockNorms(
                            "input_layernorm",
                            "post_attention_layernorm",
                            "pre_feedforward_layernorm",
                            "post_feedforward_layernorm");
        };
    }

    /// Whether q and k of every head are normed before they are turned by their position.
    boolean normsHeads() {
        return switch (this) {
            case QWEN3, GEMMA3 -> true;
            case LLAMA, MISTRAL, QWEN2, PHI3 -> false;
        };
    }

    /// Whether q/k/v are one layer of the checkpoint, and gate and up another one.
    boolean fusesLayers() {
        return switch (this) {
            case PHI3 -> true;
            case LLAMA, MISTRAL, QWEN2, QWEN3, GEMMA3 -> false;
        };
    }

    Activation activation() {
        return switch (this) {
            case GEMMA3 -> Activation.GELU_TANH;
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3 -> Activation.SILU;
        };
    }

    /// By what embeddings are multiplied on their way in.
    double embeddingScale(int hidden) {
        return switch (this) {
            case GEMMA3 -> Math.sqrt(hidden);
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3 -> 1;
        };
    }

    /// What a Hugging Face folder holds less of every norm's weight than it is multiplied by. GGUF
    /// files hold the whole number.
    public double normOffset() {
        return switch (this) {
            case GEMMA3 -> 1;
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3 -> 0;
        };
    }

    /// Whether GGUF files hold the rows of q and k with the two partners of a rotary pair side by
    /// side.
    public boolean pairsInGguf() {
        return switch (this) {
            case LLAMA, MISTRAL -> true;
            case QWEN2, QWEN3, GEMMA3, PHI3 -> false;
        };
    }

    static Family ofModelType(String type, String where) {
        if (type.equals(GEMMA3_WITH_IMAGES)) {
            return GEMMA3;
        }
        for (Family family : values()) {
            if (family.modelType.equals(type)) {
                return family;
            }
        }
        throw unknown(type, where);
    }

    static Family ofGguf(String architecture, String where) {
        for (Family family : values()) {
            if (family.ggufArchitecture.equals(architecture)) {
                return family;
            }
        }
        throw unknown(architecture, where);
    }

    private static UserError unknown(String name, String where) {
        List<String> known =
                List.of(values()).stream().map(f -> f.name().toLowerCase(Locale.ROOT)).toList();
        String shown = name.length() > 40 ? name.substring(0, 40) : name;
        return new UserError(
                "models of the family '" + shown.replaceAll("\\p{Cntrl}", "?") + "' cannot be run",
                where,
                "choose a model of " + String.join(", ", known) + "; see `understudy model list`");
    }

    /// For a model that its family would allow, but that has something nothing here computes.
    UserError unsupported(String what, String where) {
        return new UserError(
                "this variant of the family " + modelType + " cannot be run: " + what,
                where,
                "choose another model; see `understudy model list`");
    }
}
