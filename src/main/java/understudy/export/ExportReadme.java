package understudy.export;

import java.util.List;

/// The README.md of an export: what it is, what to send it, how to run it. No name of a person
/// stands in it.
final class ExportReadme {
    private final Exporter.Source source;
    private final Exporter.Options options;
    private final List<String> stops;

    /// @param stops texts that end a turn where no token does
    ExportReadme(Exporter.Source source, Exporter.Options options, List<String> stops) {
        this.source = source;
        this.options = options;
        this.stops = stops;
    }

    String text() {
        return card() + about() + send() + run();
    }

    private String card() {
        String library = options.form() == Form.PEFT ? "library_name: peft\n" : "";
        return "---\nbase_model: "
                + source.base()
                + "\n"
                + library
                + "pipeline_tag: text-generation\n---\n\n";
    }

    private String about() {
        String what =
                switch (options.form()) {
                    case PEFT -> "A LoRA adapter for %s, in PEFT's form.";
                    case GGUF_LORA -> "A LoRA adapter for %s, for llama.cpp: `adapter.gguf`.";
                    case MERGED -> "A whole model, %s with what was learned, in bf16.";
                    case GGUF ->
                            "A whole model, %s with what was learned, as `model.gguf` ("
                                    + options.type()
                                    + ").";
                    case OLLAMA ->
                            "A whole model, %s with what was learned, for Ollama: `model.gguf` ("
                                    + options.type()
                                    + ") and `Modelfile`.";
                };
        return "# Run "
                + source.run()
                + "\n\n"
                + what.formatted(source.base())
                + " Made by Understudy from one person's chats, to write as that person does.\n\n"
                + "Keep it to yourself: whoever has it can write in this person's name, and may\n"
                + "bring out what stood in the chats. The licence of the base model holds.\n\n";
    }

    private String send() {
        StringBuilder text = new StringBuilder("## What to send\n\n");
        text.append("Messages of others have the role `user`, the person's own `assistant`.\n");
        if (options.systemLine().isEmpty()) {
            text.append("There is no `system` message.\n\n");
        } else {
            text.append("The first message has the role `system` and says, in these words:\n\n");
            text.append("    ").append(options.systemLine()).append("\n\n");
            if (!options.groupLine().isEmpty()
                    && !options.groupLine().equals(options.systemLine())) {
                text.append("and in a group:\n\n    ").append(options.groupLine());
                text.append("\n\n");
            }
            text.append("`{me}` is the person's name as the chats show it, `{person}` the other");
            text.append("\nperson's or the group's, `{role}` what the other is to the person.");
            text.append(" What stands in\nsquare brackets is left out where that is not known;");
            text.append(" the brackets are never sent.\n`{date}` is a day in this form: ");
            text.append("Friday, 27 November 2026.\n\n");
        }
        if (source.seed()) {
            text.append(
                    "The marks between turns are plain text in this recipe, so send with every");
            text.append("\nrequest `\"stop\": [\"<|eot_id|>\"]`. ");
            text.append("Other programs cut text into tokens across these\nmarks where a turn");
            text.append(" ends with a sign such as `!`; training did not.\n\n");
        } else if (options.form().adapterOnly() || options.form() == Form.GGUF) {
            text.append("A turn ends at ");
            text.append(stops.isEmpty() ? "the model's end token" : "`" + stops.getFirst() + "`");
            text.append(".\n\n");
        }
        return text.toString();
    }

    private String run() {
        String how =
                switch (options.form()) {
                    case PEFT ->
                            """
                            vllm serve %s --enable-lora --lora-modules clone=DIR \\
                                --chat-template DIR/chat_template.jinja
                            """
                                    .formatted(source.base());
                    case MERGED ->
                            """
                            vllm serve DIR
                            text-generation-launcher --model-id DIR
                            """;
                    case GGUF ->
                            """
                            llama-server -m DIR/model.gguf --jinja
                            """;
                    case GGUF_LORA ->
                            """
                            llama-server -m BASE.gguf --lora DIR/adapter.gguf \\
                                --jinja --chat-template-file DIR/chat_template.jinja
                            """;
                    case OLLAMA ->
                            """
                            ollama create clone -f Modelfile
                            ollama run clone
                            """;
                };
        return "## How to run it\n\n```\n" + how + "```\n\nDIR is this folder.\n";
    }
}
