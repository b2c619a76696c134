package understudy.text;

import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.text.jinja.Text;

/// The form of the recipe `seed`: Llama 3's marks as plain text, own turns as `system`.
final class SeedTemplate {
    static final String END_MARK = "<|eot_id|>";

    private static final String OWN = "system";

    private SeedTemplate() {}

    static Text render(List<Line> lines, boolean addGenerationPrompt) {
        Text.Builder text = new Text.Builder();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            text.append(header(line.role(), line.relation()), Text.SCAFFOLD)
                    .append(Surrogates.repair(line.content()), i + 1)
                    .append(END_MARK, Text.SCAFFOLD);
        }
        if (addGenerationPrompt) {
            text.append(header(Role.ASSISTANT, null), Text.SCAFFOLD);
        }
        return text.build();
    }

    /// There are no system lines here; [TemplateLines#adapt] put their text into a user line. Of a
    /// relation its letters and digits are written, so that it cannot look like a mark; one that
    /// would be the owner's own word is left out.
    private static String header(Role role, @Nullable String relation) {
        String word = role == Role.ASSISTANT ? OWN : "user";
        if (role != Role.ASSISTANT && relation != null) {
            String clean = relation.replaceAll("[^\\p{L}\\p{M}\\p{Nd} -]", "").strip();
            word = clean.isEmpty() || clean.equalsIgnoreCase(OWN) ? word : clean;
        }
        return "<|start_header_id|>" + word + "<|end_header_id|>\n";
    }
}
