package understudy.text;

import java.util.List;
import understudy.chat.Role;

/// A tokenizer and a template together: conversations in, rows of tokens out.
public interface ConversationEncoder {
    /// @return `lines` in the form that the template takes, see [understudy.text.TemplateLines]
    List<Line> fitted(List<Line> lines);

    /// @return the rendered text of `lines`
    String render(List<Line> lines);

    /// @return the tokens of the rendered text; own are those of the assistant's lines
    TokenRow encode(List<Line> lines);

    Tokenizer tokenizer();

    /// Code points of the own turns as they are rendered, line breaks that join messages included.
    default int ownCharacters(List<Line> lines) {
        int characters = 0;
        for (Line line : fitted(lines)) {
            if (line.role() == Role.ASSISTANT) {
                characters += line.content().codePointCount(0, line.content().length());
            }
        }
        return characters;
    }
}
