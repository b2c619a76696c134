package understudy.text;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import understudy.chat.Role;

/// A base model's tokenizer with the template that the recipe names.
public final class TemplateEncoder implements ConversationEncoder {
    /// What templates that write today's date are told: the day Llama 3.1's own template falls back
    /// to. With the real day, tokens would differ between preparing, training and chatting.
    private static final LocalDateTime DATE = LocalDateTime.of(2024, 7, 26, 0, 0);

    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final boolean strict;

    public TemplateEncoder(Tokenizer tokenizer, ChatTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.strict = !takesChats(template);
    }

    /// @param model a model's folder or `.gguf` file
    /// @param seed  whether the plain template of the recipe `seed` is used, not the model's own
    public static TemplateEncoder load(Path model, boolean seed) {
        return new TemplateEncoder(
                Tokenizers.load(model),
                seed ? ChatTemplate.seed() : ChatTemplate.load(model).on(DATE));
    }

    /// People write twice in a row, and first although they are the assistant. Some templates
    /// refuse that, by whatever error their author wrote.
    private static boolean takesChats(ChatTemplate template) {
        Line user = Line.of(Role.USER, "u");
        Line own = Line.of(Role.ASSISTANT, "a");
        try {
            template.render(List.of(Line.of(Role.SYSTEM, "s"), own, user, user, own, own), false);
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Override
    public List<Line> fitted(List<Line> lines) {
        return strict ? TemplateLines.adapt(lines) : lines;
    }

    @Override
    public String render(List<Line> lines) {
        return template.render(fitted(lines), false);
    }

    @Override
    public TokenRow encode(List<Line> lines) {
        return template.encode(tokenizer, fitted(lines), false);
    }

    /// The tokens of `lines` and of what opens the assistant's next turn.
    public int[] prompt(List<Line> lines) {
        return template.encode(tokenizer, fitted(lines), true).ids();
    }

    /// The text of which [#prompt(List)] gives the tokens. Whoever reads it elsewhere cannot tell
    /// what a person wrote from what the template did.
    public String promptText(List<Line> lines) {
        return template.render(fitted(lines), true);
    }

    /// When lines are brought into the form of [TemplateLines#adapt]: always, or only with a system
    /// line among them, or never.
    PortableTemplate.Adapted adapted() {
        return strict || !template.takesAnyTurns()
                ? PortableTemplate.Adapted.ALWAYS
                : template.movesSystemLines()
                        ? PortableTemplate.Adapted.WITH_SYSTEM_LINE
                        : PortableTemplate.Adapted.NEVER;
    }

    /// What templates that write the date are told.
    static LocalDateTime date() {
        return DATE;
    }

    /// Whether all that the template writes is plain text, even where it looks like control tokens.
    public boolean plain() {
        return template.id().equals("seed");
    }

    /// Tokens that end a turn of the assistant.
    public Set<Integer> stopIds() {
        return template.stopIds(tokenizer);
    }

    /// Texts that end a turn of the assistant, where its end mark is no token of its own.
    public List<String> stopStrings() {
        return template.stopStrings();
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }
}
