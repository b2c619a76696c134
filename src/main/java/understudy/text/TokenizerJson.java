package understudy.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.text.TokenizerSource.Lead;

/// Reads `tokenizer.json`, the format of Hugging Face's `tokenizers`, as far as BPE models go.
///
/// What is not known here is refused by name rather than passed over, because a tokenizer that is
/// nearly right teaches a model nonsense without any error.
final class TokenizerJson {
    /// Larger than any tokenizer in use: Gemma's has 34 MB.
    private static final long MAX_BYTES = 128L << 20;

    private final String origin;
    private final JsonNode root;

    private TokenizerJson(String origin, JsonNode root) {
        this.origin = origin;
        this.root = root;
    }

    static TokenizerSource read(Path file) {
        return new TokenizerJson(file.toString(), parse(file)).source();
    }

    /// Whether a text that is encoded as a whole begins with the token `literal`, says the file.
    static boolean opensWith(Path file, String literal) {
        JsonNode post = parse(file).path("post_processor");
        List<JsonNode> parts = new ArrayList<>(List.of(post));
        post.path("processors").values().forEach(parts::add);
        for (JsonNode part : parts) {
            JsonNode first = part.path("single").path(0).path("SpecialToken").path("id");
            if (first.asString("").equals(literal)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode parse(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw Vocabulary.broken("more than %d MB".formatted(MAX_BYTES >> 20), "" + file);
            }
            return Json.json().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UserError(
                    "cannot read the tokenizer",
                    file.toString(),
                    "check that the file is there",
                    e);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String line = at == null ? "" : ": line " + at.getLineNr();
            throw new UserError(
                    "the tokenizer is not valid JSON" + line,
                    file.toString(),
                    "fetch the model again",
                    e);
        }
    }

    private TokenizerSource source() {
        JsonNode model = root.path("model");
        check(model);
        Vocabulary vocabulary = vocabulary(model.path("vocab"));
        Merges merges = merges(model.path("merges"), vocabulary);
        List<AddedToken> added = added(vocabulary);
        TokenizerSteps steps = new TokenizerSteps(origin);
        Normalizer normalizer = steps.normalizer(root.path("normalizer"));
        PreTokenizer preTokenizer = steps.preTokenizer(root.path("pre_tokenizer"));
        Lead lead = steps.lead(root.path("decoder"));
        String unknown = model.path("unk_token").asString("");
        return new TokenizerSource(
                origin,
                vocabulary,
                merges,
                added,
                normalizer,
                preTokenizer,
                steps.byteLevel(),
                model.path("byte_fallback").asBoolean(false),
                model.path("ignore_merges").asBoolean(false),
                unknown.isEmpty() ? Vocabulary.NONE : vocabulary.id(unknown),
                model.path("fuse_unk").asBoolean(false),
                lead);
    }

    private void check(JsonNode model) {
        String type = model.path("type").asString("BPE");
        if (!type.equals("BPE")) {
            throw unsupported("the model " + type);
        }
        if (model.path("dropout").asDouble(0) != 0) {
            throw unsupported("dropout");
        }
        for (String key : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.path(key).asString("").isEmpty()) {
                throw unsupported(key);
            }
        }
    }

    private UserError unsupported(String what) {
        return TokenizerSteps.unsupported(what, origin);
    }

    private Vocabulary vocabulary(JsonNode vocab) {
        if (!vocab.isObject() || vocab.isEmpty()) {
            throw Vocabulary.broken("no vocabulary", origin);
        }
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            ids.put(entry.getKey(), id(entry.getValue()));
        }
        return Vocabulary.of(ids, origin);
    }

    private int id(JsonNode node) {
        if (!node.isInt() || node.intValue() < 0) {
            throw Vocabulary.broken("a token id that is no number from 0 to 2^31", origin);
        }
        return node.intValue();
    }

    /// Merges are strings `"a b"`, or since 2024 pairs `["a", "b"]`.
    private Merges merges(JsonNode node, Vocabulary vocabulary) {
        Merges merges = new Merges(node.size());
        MergeLines lines = new MergeLines(vocabulary, merges, origin);
        for (JsonNode merge : node.values()) {
            if (merge.isString()) {
                lines.add(merge.stringValue());
            } else if (merge.size() == 2 && merge.get(0).isString() && merge.get(1).isString()) {
                lines.add(merge.get(0).stringValue(), merge.get(1).stringValue());
            } else {
                throw Vocabulary.broken("a merge that is not two tokens", origin);
            }
        }
        return merges;
    }

    private List<AddedToken> added(Vocabulary vocabulary) {
        List<AddedToken> added = new ArrayList<>();
        Map<Integer, String> seen = new LinkedHashMap<>();
        for (JsonNode node : root.path("added_tokens").values()) {
            String text = node.path("content").asString("");
            int id = id(node.path("id"));
            if (text.isEmpty() || seen.put(id, text) != null) {
                throw Vocabulary.broken("an added token that is empty or there twice", origin);
            }
            // the same bound as for the vocabulary: an id sizes arrays
            if (id >= vocabulary.size() + 65_536L) {
                throw Vocabulary.broken("the added token id " + id, origin);
            }
            added.add(
                    new AddedToken(
                            text,
                            id,
                            node.path("special").asBoolean(false),
                            node.path("normalized").asBoolean(false),
                            node.path("single_word").asBoolean(false),
                            node.path("lstrip").asBoolean(false),
                            node.path("rstrip").asBoolean(false)));
        }
        return added;
    }
}
