package understudy.text;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import understudy.text.RowEncoder.TurnMarks;
import understudy.text.jinja.Text;

/// How a model wants a conversation written.
public final class ChatTemplate {
    private final boolean plain;
    private final TurnMarks marks;

    private ChatTemplate(boolean plain, TurnMarks marks) {
        this.plain = plain;
        this.marks = marks;
    }

    public static ChatTemplate load(Path model) {
        return new ChatTemplate(false, new TurnMarks("", "<|im_end|>"));
    }

    /// The form of the recipe `seed`, the same for every model.
    public static ChatTemplate seed() {
        return new ChatTemplate(true, new TurnMarks("", SeedTemplate.END_MARK));
    }

    /// The conversation as text.
    public String render(List<Line> lines, boolean addGenerationPrompt) {
        return text(lines, addGenerationPrompt).characters();
    }

    /// The conversation as token ids, own turns marked.
    public TokenRow encode(Tokenizer tokenizer, List<Line> lines, boolean addGenerationPrompt) {
        return new RowEncoder(tokenizer, marks, plain)
                .encode(text(lines, addGenerationPrompt), lines);
    }

    public Set<Integer> stopIds(Tokenizer tokenizer) {
        Set<Integer> ids = new HashSet<>();
        tokenizer.control(marks.end()).ifPresent(ids::add);
        return ids;
    }

    public List<String> stopStrings() {
        return List.of(marks.end());
    }

    private Text text(List<Line> lines, boolean addGenerationPrompt) {
        if (plain) {
            return SeedTemplate.render(lines, addGenerationPrompt);
        }
        Text.Builder text = new Text.Builder();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            text.append("<|im_start|>" + line.role().word() + "\n", Text.SCAFFOLD)
                    .append(line.content(), i + 1)
                    .append("<|im_end|>\n", Text.SCAFFOLD);
        }
        if (addGenerationPrompt) {
            text.append("<|im_start|>assistant\n", Text.SCAFFOLD);
        }
        return text.build();
    }
}
