package understudy.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.weights.Gguf;

/// What a model's files say about writing conversations.
///
/// Models of the Gemma family that were not tuned for chats bring no template, but their vocabulary
/// has the marks of Gemma's turns: they get the family's form, which is a resource of this program.
///
/// @param template  source of the chat template; null where there is none
/// @param beginning the literal that opens every text, empty where there is none
/// @param end       the literal that ends every text, likewise
/// @param endIds    ids at which generation ends
record TemplateFiles(
        @Nullable String template, String beginning, String end, List<Integer> endIds) {
    /// Far above any of these files but `tokenizer.json`, which is not read here.
    private static final long MAX_BYTES = 16L << 20;

    private static final String KEYS = "tokenizer.ggml.";
    private static final String GEMMA = "/templates/gemma.jinja";

    static TemplateFiles read(Path model) {
        return Files.isDirectory(model) ? ofFolder(model) : ofGguf(model);
    }

    private static TemplateFiles ofGguf(Path model) {
        try (Gguf file = Gguf.open(model)) {
            List<Integer> ends = new ArrayList<>();
            for (String key : List.of("eos", "eot", "eom")) {
                file.integer(KEYS + key + "_token_id").ifPresent(id -> ends.add((int) id));
            }
            return new TemplateFiles(
                    file.string("tokenizer.chat_template")
                            .orElse(familys(file.string("general.architecture").orElse(""))),
                    literal(file, "bos"),
                    literal(file, "eos"),
                    ends);
        }
    }

    private static String literal(Gguf file, String which) {
        OptionalLong id = file.integer(KEYS + which + "_token_id");
        List<String> tokens = file.strings(KEYS + "tokens");
        boolean known = id.isPresent() && id.getAsLong() < tokens.size();
        return known ? tokens.get((int) id.getAsLong()) : "";
    }

    private static TemplateFiles ofFolder(Path folder) {
        JsonNode config = json(folder.resolve("tokenizer_config.json"));
        String template = text(folder.resolve("chat_template.jinja"));
        if (template == null) {
            template = template(json(folder.resolve("chat_template.json")));
        }
        if (template == null) {
            template = template(config);
        }
        if (template == null) {
            template = familys(json(folder.resolve("config.json")).path("model_type").asString(""));
        }
        List<Integer> ends = new ArrayList<>();
        for (String name : List.of("generation_config.json", "config.json")) {
            JsonNode ids = json(folder.resolve(name)).path("eos_token_id");
            if (ids.isInt()) {
                ends.add(ids.intValue());
            }
            ids.values().stream().filter(JsonNode::isInt).forEach(id -> ends.add(id.intValue()));
        }
        return new TemplateFiles(
                template, literal(config, "bos_token"), literal(config, "eos_token"), ends);
    }

    /// The form in which a family's models are tuned for chats; null where it is not known.
    private static @Nullable String familys(String family) {
        if (!family.startsWith("gemma")) {
            return null;
        }
        try (InputStream in = TemplateFiles.class.getResourceAsStream(GEMMA)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks " + GEMMA);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The template as a string, or the one named `default` of a list of them.
    private static @Nullable String template(JsonNode config) {
        JsonNode node = config.path("chat_template");
        for (JsonNode named : node.values()) {
            if (named.path("name").asString("").equals("default")) {
                return named.path("template").asString("");
            }
        }
        return node.isString() ? node.stringValue() : null;
    }

    /// A token is written as its literal or as an object that has it.
    private static String literal(JsonNode config, String key) {
        JsonNode node = config.path(key);
        return node.isObject() ? node.path("content").asString("") : node.asString("");
    }

    private static JsonNode json(Path file) {
        String text = text(file);
        if (text == null) {
            return JsonNodeFactory.instance.missingNode();
        }
        try {
            return Json.json().readTree(text);
        } catch (JacksonException e) {
            throw new UserError(
                    "a file of the model is not valid JSON",
                    file.toString(),
                    "fetch the model again",
                    e);
        }
    }

    private static @Nullable String text(Path file) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new UserError(
                        "a file of the model is larger than %d MB".formatted(MAX_BYTES >> 20),
                        file.toString(),
                        "fetch the model again");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UserError(
                    "cannot read a file of the model",
                    file.toString(),
                    "check that it may be read and is UTF-8",
                    e);
        }
    }
}
