package understudy.privacy;

import java.util.List;

/// What may go out of a text that a model wrote.
///
/// @param text    the text with `[…]` in place of what is masked; empty where `refused`
/// @param masked  what was masked or is the reason for the refusal, each kind once
/// @param refused whether nothing of it may go out; another try may give a better one
public record Verdict(String text, List<Kind> masked, boolean refused) {
    public Verdict {
        masked = List.copyOf(masked);
    }

    /// Whether the text is as the model wrote it.
    public boolean unchanged() {
        return masked.isEmpty() && !refused;
    }
}
