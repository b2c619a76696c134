package understudy.export;

import java.util.List;
import java.util.Map;

/// The Modelfile of a GGUF file beside it.
final class OllamaFolder {
    private OllamaFolder() {}

    /// @param template in Ollama's language; see [understudy.text.OllamaTemplate]
    /// @param system   first line of every conversation, with placeholders; empty for none
    /// @param sampling how to write, by the names of `generation_config.json`
    /// @param stops    texts that end a turn
    /// @param context  tokens that fit
    static String modelfile(
            String gguf,
            String template,
            String system,
            Map<String, Number> sampling,
            List<String> stops,
            int context) {
        StringBuilder text = new StringBuilder();
        text.append("# ollama create NAME -f Modelfile   in this folder, then   ollama run NAME\n");
        text.append("FROM ./").append(gguf).append("\n\n");
        text.append("TEMPLATE \"\"\"").append(template).append("\"\"\"\n\n");
        if (!system.isEmpty()) {
            text.append("# Put your name and the other person's in place of the capitals,\n");
            text.append("# in the words of training: see README.md.\n");
            text.append("SYSTEM \"\"\"").append(system.replace("\"\"\"", "\"\""));
            text.append("\"\"\"\n\n");
        }
        text.append("PARAMETER num_ctx ").append(context).append('\n');
        sampling.forEach((key, value) ->
                text.append("PARAMETER ")
                        .append(key.equals("repetition_penalty") ? "repeat_penalty" : key)
                        .append(' ')
                        .append(value)
                        .append('\n'));
        stops.forEach(stop ->
                text.append("PARAMETER stop \"").append(stop.replace("\"", "\\\"")).append("\"\n"));
        return text.toString();
    }
}
