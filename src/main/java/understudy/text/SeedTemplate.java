package understudy.text;

import java.util.List;
import understudy.chat.Role;
import understudy.text.jinja.Text;

/// The form of the recipe `seed`: Llama 3's marks as plain text, own turns as `system`.
final class SeedTemplate {
    static final String END_MARK = "<|eot_id|>";

    private SeedTemplate() {}

    static Text render(List<Line> lines, boolean addGenerationPrompt) {
        Text.Builder text = new Text.Builder();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            text.append(header(line.role()), Text.SCAFFOLD)
                    .append(Surrogates.repair(line.content()), i + 1)
                    .append(END_MARK, Text.SCAFFOLD);
        }
        if (addGenerationPrompt) {
            text.append(header(Role.ASSISTANT), Text.SCAFFOLD);
        }
        return text.build();
    }

    /// There are no system lines here; [TemplateLines#adapt] put their text into a user line.
    private static String header(Role role) {
        String word = role == Role.ASSISTANT ? "system" : "user";
        return "<|start_header_id|>" + word + "<|end_header_id|>\n";
    }
}
