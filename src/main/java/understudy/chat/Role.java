package understudy.chat;

/// Who speaks, seen from the model: the owner is the assistant.
public enum Role {
    SYSTEM,
    USER,
    ASSISTANT;

    /// The word chat templates use.
    public String word() {
        return switch (this) {
            case SYSTEM -> "system";
            case USER -> "user";
            case ASSISTANT -> "assistant";
        };
    }
}
