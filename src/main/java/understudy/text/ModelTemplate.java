package understudy.text;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Budget;
import understudy.text.jinja.JinjaTemplate;
import understudy.text.jinja.Text;
import understudy.text.jinja.Value;

/// A model's chat template with the values Hugging Face hands to it.
///
/// @param name for errors
/// @param now  what the template takes for the present; null for the clock's
record ModelTemplate(
        JinjaTemplate template, String name, String bos, String eos, @Nullable LocalDateTime now) {
    /// The origin of names: written by people, but no part of a turn.
    private static final int NAME = -1;

    /// What a long conversation may use up on top of a template's own budget, a line.
    private static final long STEPS_A_LINE = 500;

    ModelTemplate on(LocalDateTime date) {
        return new ModelTemplate(template, name, bos, eos, date);
    }

    /// The conversation as text; what line i says has the origin i + 1.
    Text render(List<Line> lines, boolean addGenerationPrompt) {
        Map<String, Value> values = new LinkedHashMap<>();
        values.put("messages", messages(lines));
        values.put("add_generation_prompt", Value.of(addGenerationPrompt));
        values.put("bos_token", Text.of(bos));
        values.put("eos_token", Text.of(eos));
        values.put("tools", Value.None.NONE);
        values.put("documents", Value.None.NONE);
        // Qwen 3 would think before a chat's answer, and writes an empty thought before the answer
        // that a row ends with; told so, it opens the turn with the same empty thought
        values.put("enable_thinking", Value.of(false));
        long content = lines.stream().mapToLong(line -> line.content().length()).sum();
        Budget budget =
                new Budget(
                        Budget.STEPS + STEPS_A_LINE * lines.size() + content,
                        Budget.CHARACTERS + 2 * content);
        return template.render(values, now == null ? LocalDateTime.now() : now, budget);
    }

    private static Value messages(List<Line> lines) {
        List<Value> messages = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Map<String, Value> message = new LinkedHashMap<>();
            message.put("role", Text.of(line.role().word()));
            message.put("content", Text.of(Surrogates.repair(line.content()), i + 1));
            String speaker = line.name();
            if (speaker != null) {
                message.put("name", Text.of(Surrogates.repair(speaker), NAME));
            }
            messages.add(Value.Dict.of(message));
        }
        return new Value.Seq(messages);
    }
}
