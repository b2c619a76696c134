package understudy.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.text.PreTokenizer.Prefix;
import understudy.text.PreTokenizer.Step;
import understudy.text.TokenizerSource.Lead;

/// Writes `tokenizer.json`, the format of Hugging Face's `tokenizers`: the way back from
/// [TokenizerJson], for models whose file is of another format.
final class TokenizerJsonWriter {
    private final TokenizerSource source;

    private TokenizerJsonWriter(TokenizerSource source) {
        this.source = source;
    }

    /// @param opening what every text that is encoded as a whole begins with; null for nothing
    static ObjectNode of(TokenizerSource source, @Nullable AddedToken opening) {
        return new TokenizerJsonWriter(source).root(opening);
    }

    private ObjectNode root(@Nullable AddedToken opening) {
        ObjectNode root = Json.json().createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (AddedToken token : source.added()) {
            added.addObject()
                    .put("id", token.id())
                    .put("content", token.text())
                    .put("single_word", token.singleWord())
                    .put("lstrip", token.left())
                    .put("rstrip", token.right())
                    .put("normalized", token.normalized())
                    .put("special", token.control());
        }
        normalizer(root);
        preTokenizer(root);
        postProcessor(root, opening);
        decoder(root);
        model(root.putObject("model"));
        return root;
    }

    private void normalizer(ObjectNode root) {
        if (source.normalizer().steps().isEmpty()) {
            root.putNull("normalizer");
            return;
        }
        ArrayNode steps =
                root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        for (Normalizer.Step step : source.normalizer().steps()) {
            ObjectNode one = steps.addObject();
            switch (step) {
                case Normalizer.Step.Unicode(java.text.Normalizer.Form form) ->
                        one.put("type", form.name());
                case Normalizer.Step.Prepend(String text) ->
                        one.put("type", "Prepend").put("prepend", text);
                case Normalizer.Step.Replace(String from, String to) -> {
                    one.put("type", "Replace").putObject("pattern").put("String", from);
                    one.put("content", to);
                }
                case Normalizer.Step.LowerCase() -> one.put("type", "Lowercase");
            }
        }
    }

    private void preTokenizer(ObjectNode root) {
        PreTokenizer pre = source.preTokenizer();
        ArrayNode steps = Json.json().createArrayNode();
        Prefix prefix = pre.prefix();
        if (prefix != Prefix.NONE && prefix != Prefix.BLANK) {
            boolean split = pre.steps().stream().anyMatch(s -> s instanceof Step.Signs);
            steps.addObject()
                    .put("type", "Metaspace")
                    .put("replacement", String.valueOf(PreTokenizer.BLANK_SIGN))
                    .put("prepend_scheme", scheme(prefix))
                    .put("split", split);
        }
        // a blank goes before the whole stretch, so that nothing may cut it before
        boolean blank = prefix == Prefix.BLANK;
        if (blank && !pre.steps().equals(List.of(new Step.Words(SplitPattern.GPT2)))) {
            throw TokenizerSteps.unsupported("a blank before other words", source.origin());
        }
        for (Step step : blank ? List.<Step>of() : pre.steps()) {
            switch (step) {
                case Step.Digits(boolean each) ->
                        steps.addObject().put("type", "Digits").put("individual_digits", each);
                case Step.Words(SplitPattern pattern) -> {
                    ObjectNode one = steps.addObject().put("type", "Split");
                    one.putObject("pattern").put("Regex", pattern.expression());
                    one.put("behavior", "Isolated").put("invert", false);
                }
                case Step.Signs() -> {}
            }
        }
        if (source.byteLevel()) {
            steps.addObject()
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", blank)
                    .put("trim_offsets", true)
                    .put("use_regex", blank);
        }
        if (steps.isEmpty()) {
            root.putNull("pre_tokenizer");
        } else {
            root.putObject("pre_tokenizer").put("type", "Sequence").set("pretokenizers", steps);
        }
    }

    private static String scheme(Prefix prefix) {
        return switch (prefix) {
            case SIGN_FIRST -> "first";
            case SIGN_ALWAYS -> "always";
            case NONE, BLANK, SIGN_NEVER -> "never";
        };
    }

    private void postProcessor(ObjectNode root, @Nullable AddedToken opening) {
        if (opening == null) {
            root.putNull("post_processor");
            return;
        }
        String text = opening.text();
        ObjectNode post = root.putObject("post_processor").put("type", "TemplateProcessing");
        template(post.putArray("single"), text, List.of("A"));
        template(post.putArray("pair"), text, List.of("A", "B"));
        ObjectNode token = post.putObject("special_tokens").putObject(text).put("id", text);
        token.putArray("ids").add(opening.id());
        token.putArray("tokens").add(text);
    }

    private static void template(ArrayNode parts, String opening, List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            parts.addObject().putObject("SpecialToken").put("id", opening).put("type_id", i);
            parts.addObject().putObject("Sequence").put("id", texts.get(i)).put("type_id", i);
        }
    }

    private void decoder(ObjectNode root) {
        if (source.byteLevel()) {
            root.putObject("decoder")
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", true)
                    .put("trim_offsets", true)
                    .put("use_regex", true);
            return;
        }
        ArrayNode steps = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        ObjectNode blanks = steps.addObject().put("type", "Replace");
        blanks.putObject("pattern").put("String", String.valueOf(PreTokenizer.BLANK_SIGN));
        blanks.put("content", " ");
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        if (source.lead() != Lead.NOTHING) {
            steps.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
    }

    private void model(ObjectNode model) {
        Vocabulary vocabulary = source.vocabulary();
        String unknown = vocabulary.token(source.unknown());
        model.put("type", "BPE").putNull("dropout");
        model.put("unk_token", unknown);
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", source.fuseUnknown());
        model.put("byte_fallback", source.byteTokens());
        model.put("ignore_merges", source.wholeWords());
        // an added token that the vocabulary spells otherwise (two blanks for two of their signs)
        // would get a new id, behind the model's last: both get the added one's spelling
        Map<Integer, String> added = new HashMap<>();
        source.added().forEach(token -> added.put(token.id(), token.text()));
        IntFunction<@Nullable String> spelled = id -> added.getOrDefault(id, vocabulary.token(id));
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < vocabulary.size(); id++) {
            String token = spelled.apply(id);
            if (token != null) {
                vocab.put(token, id);
            }
        }
        ArrayNode merges = model.putArray("merges");
        for (Merges.Pair pair : source.merges().inOrder()) {
            String left = spelled.apply(pair.left());
            String right = spelled.apply(pair.right());
            if (vocab.has(left + right)) { // else into an added token, which is found before merges
                merges.addArray().add(left).add(right);
            }
        }
    }
}
