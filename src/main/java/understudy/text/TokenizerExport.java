package understudy.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.weights.Gguf;
import understudy.weights.GgufWriter;

/// A model's tokenizer and chat template in the forms that other programs read.
public final class TokenizerExport {
    private static final String KEYS = "tokenizer.ggml.";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String JSON = "tokenizer.json";
    private static final long MAX_BYTES = 128L << 20;

    /// What a Hugging Face folder says of its tokenizer besides [#CONFIG].
    private static final List<String> FILES =
            List.of(
                    JSON,
                    "tokenizer.model",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.json",
                    "merges.txt");

    private final Path model;
    private final PortableTemplate template;
    private final Tokenizer tokenizer;

    /// @param model    a Hugging Face folder or a .gguf file
    /// @param template what conversations are written with
    public TokenizerExport(Path model, PortableTemplate template) {
        this.model = model;
        this.template = template;
        this.tokenizer = Tokenizers.load(model);
    }

    /// The token that opens texts; empty where there is none.
    public OptionalInt bosId() {
        return template.bos().isEmpty() ? OptionalInt.empty() : tokenizer.control(template.bos());
    }

    /// The token that ends texts; empty where there is none.
    public OptionalInt eosId() {
        return template.eos().isEmpty() ? OptionalInt.empty() : tokenizer.control(template.eos());
    }

    /// Whether a program that encodes a text as a whole puts [#bosId] before it.
    public boolean addsBos() {
        if (bosId().isEmpty()) {
            return false;
        }
        if (Files.isDirectory(model)) {
            return TokenizerJson.opensWith(model.resolve(JSON), template.bos());
        }
        try (Gguf file = Gguf.open(model)) {
            // llama.cpp's own defaults
            boolean usual =
                    file.string(KEYS + "model").orElse("").equals("llama")
                            || file.string(KEYS + "pre")
                                    .orElse("")
                                    .matches("llama3|llama-(bpe|v3)");
            return file.flag(KEYS + "add_bos_token").orElse(usual);
        }
    }

    /// Writes `tokenizer.json`, `tokenizer_config.json`, `chat_template.jinja`, and whatever else
    /// a Hugging Face folder has of the kind.
    ///
    /// @param context longest text, tokens
    public void writeFolder(Path folder, int context) throws IOException {
        ObjectNode config = Json.json().createObjectNode();
        if (Files.isDirectory(model)) {
            for (String name : FILES) {
                copy(model.resolve(name), folder.resolve(name));
            }
            if (Files.isRegularFile(model.resolve(CONFIG))) {
                config = read(model.resolve(CONFIG));
            }
        } else {
            AddedToken opening =
                    addsBos() ? AddedToken.control(template.bos(), bosId().orElseThrow()) : null;
            write(folder.resolve(JSON), TokenizerJsonWriter.of(Tokenizers.source(model), opening));
            config.put("tokenizer_class", "PreTrainedTokenizerFast");
            config.put("clean_up_tokenization_spaces", false);
            config.put("model_max_length", context);
            literal(config, "bos_token", template.bos());
            literal(config, "eos_token", template.eos());
            literal(config, "pad_token", padding());
        }
        config.put("chat_template", template.jinja());
        write(folder.resolve(CONFIG), config);
        PrivateFiles.writeString(folder.resolve("chat_template.jinja"), template.jinja());
    }

    private static void literal(ObjectNode config, String key, @Nullable String token) {
        if (token != null && !token.isEmpty()) {
            config.put(key, token);
        }
    }

    private @Nullable String padding() {
        try (Gguf file = Gguf.open(model)) {
            List<String> tokens = file.strings(KEYS + "tokens");
            int id = (int) file.integer(KEYS + "padding_token_id").orElse(-1);
            return id >= 0 && id < tokens.size() ? tokens.get(id) : template.eos();
        }
    }

    /// Adds the keys `tokenizer.*` to the header of a GGUF file.
    ///
    /// @param vocabulary rows of the embedding
    /// @param ends       tokens that end a turn
    public void addKeys(GgufWriter out, int vocabulary, Set<Integer> ends) {
        if (Files.isDirectory(model)) {
            GgufVocabulary.write(Tokenizers.source(model), vocabulary, out);
            bosId().ifPresent(id -> out.u32(KEYS + "bos_token_id", id));
            OptionalInt eos = eosId();
            int first = eos.orElse(ends.stream().findFirst().orElse(-1));
            if (first >= 0) {
                out.u32(KEYS + "eos_token_id", first);
            }
            ends.stream()
                    .filter(id -> id != first)
                    .findFirst()
                    .ifPresent(id -> out.u32(KEYS + "eot_token_id", id));
            out.flag(KEYS + "add_bos_token", addsBos()).flag(KEYS + "add_eos_token", false);
        } else {
            try (Gguf file = Gguf.open(model)) {
                for (String key : file.metadata().keySet()) {
                    if (key.startsWith(KEYS)) {
                        out.pair(file, key);
                    }
                }
            }
        }
        out.string("tokenizer.chat_template", template.jinja());
    }

    /// The tokens that `ids` name, as a person would write them.
    public List<String> literals(Set<Integer> ids) {
        List<String> literals = new ArrayList<>();
        for (int id : ids) {
            literals.add(new String(tokenizer.bytes(id), StandardCharsets.UTF_8));
        }
        return literals;
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isRegularFile(from)) {
            bound(from);
            PrivateFiles.write(to, out -> Files.copy(from, out));
        }
    }

    private static ObjectNode read(Path file) throws IOException {
        bound(file);
        try {
            JsonNode json = Json.json().readTree(Files.readAllBytes(file));
            if (json instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            // said below
        }
        throw new UserError(
                "a file of the model is not valid JSON", file.toString(), "fetch the model again");
    }

    private static void bound(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new UserError(
                    "a file of the model is larger than %d MB".formatted(MAX_BYTES >> 20),
                    file.toString(),
                    "fetch the model again");
        }
    }

    private static void write(Path file, JsonNode json) throws IOException {
        byte[] bytes = Json.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        PrivateFiles.write(file, out -> out.write(bytes));
    }
}
