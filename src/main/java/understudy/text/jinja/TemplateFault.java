package understudy.text.jinja;

/// Something a template does that cannot be done; [JinjaTemplate] adds the line and makes it an
/// error for the user. Its message never holds text of the conversation.
final class TemplateFault extends RuntimeException {
    TemplateFault(String message) {
        super(message, null, false, false);
    }
}
