package understudy.dataset;

import java.util.Locale;
import understudy.chat.Message;

/// Why a message is not in any row.
public enum DropReason {
    SYSTEM("lines of the app itself"),
    MEDIA("media without words"),
    DELETED("deleted messages"),
    CALL("calls"),
    EMPTY("messages without a visible character"),
    NO_OWN_TURN("messages where you say nothing, in a conversation or a part of a long one"),
    TOO_SHORT("messages of conversations under min_tokens, left out of training"),
    NEAR_DUPLICATE("messages of conversations nearly like another one, left out of training"),
    NOT_LEARNED("messages of conversations of which nothing of yours is to be learned");

    private final String words;

    DropReason(String words) {
        this.words = words;
    }

    /// For people.
    public String words() {
        return words;
    }

    /// The key in files and in `--json`.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Why a line of this kind never becomes text.
    static DropReason of(Message.Kind kind) {
        return switch (kind) {
            case SYSTEM -> SYSTEM;
            case MEDIA -> MEDIA;
            case DELETED -> DELETED;
            case CALL -> CALL;
            case TEXT -> EMPTY;
        };
    }
}
