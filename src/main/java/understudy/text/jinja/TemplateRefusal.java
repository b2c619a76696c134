package understudy.text.jinja;

/// A template called `raise_exception`: it does not take this conversation.
public final class TemplateRefusal extends RuntimeException {
    private final int line;

    TemplateRefusal(String reason, int line) {
        super(reason, null, false, false);
        this.line = line;
    }

    /// The template's own words, without any text of the conversation.
    public String reason() {
        return String.valueOf(getMessage());
    }

    /// Line of the template.
    public int line() {
        return line;
    }
}
