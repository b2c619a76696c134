package understudy.model;

/// What the gate of an MLP goes through.
enum Activation {
    /// `x · sigmoid(x)`.
    SILU,

    /// The tanh form of `x · Φ(x)` (Hendrycks and Gimpel 2016).
    GELU_TANH;

    /// Whether config.json may call it so.
    boolean isCalled(String word) {
        return switch (this) {
            case SILU -> word.equals("silu") || word.equals("swish");
            case GELU_TANH -> word.equals("gelu_pytorch_tanh");
        };
    }
}
