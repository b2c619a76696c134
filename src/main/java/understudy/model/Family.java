package understudy.model;

import java.util.List;
import java.util.Locale;
import understudy.base.UserError;

/// The families of models that can be run, and what tells them apart.
///
/// Both differ from the original transformer in the same ways (RMS norm, rotary positions, gated
/// SiLU, grouped key/value heads, no biases); Mistral adds a sliding window.
public enum Family {
    LLAMA("llama", "llama", false),
    MISTRAL("mistral", "mistral", true);

    private final String modelType;
    private final String ggufArchitecture;
    private final boolean window;

    Family(String modelType, String ggufArchitecture, boolean window) {
        this.modelType = modelType;
        this.ggufArchitecture = ggufArchitecture;
        this.window = window;
    }

    /// `model_type` of a Hugging Face config.json.
    public String modelType() {
        return modelType;
    }

    /// Whether attention may be limited to a window of latest tokens.
    boolean hasWindow() {
        return window;
    }

    static Family ofModelType(String type, String where) {
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
}
