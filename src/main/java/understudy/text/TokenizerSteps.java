package understudy.text;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import understudy.base.UserError;
import understudy.text.PreTokenizer.Prefix;
import understudy.text.PreTokenizer.Step;
import understudy.text.TokenizerSource.Lead;

/// The parts of `tokenizer.json` around the model: normaliser, pre-tokenizer, decoder.
final class TokenizerSteps {
    private final String origin;
    private final List<Step> steps = new ArrayList<>();
    private Prefix prefix = Prefix.NONE;
    private boolean byteLevel;

    /// Whether the normaliser leaves no blank.
    private boolean blanksReplaced;

    TokenizerSteps(String origin) {
        this.origin = origin;
    }

    static UserError unsupported(String what, String origin) {
        return new UserError(
                "the tokenizer uses %s, which is not supported"
                        .formatted(what.replaceAll("[^\\w .,()-]", "?")),
                origin,
                "use one of the models of `understudy model list`");
    }

    private UserError unsupported(String what) {
        return unsupported(what, origin);
    }

    /// Whether the pre-tokenizer turns text into bytes.
    boolean byteLevel() {
        return byteLevel;
    }

    Normalizer normalizer(JsonNode node) {
        List<Normalizer.Step> found = new ArrayList<>();
        for (JsonNode part : parts(node, "normalizers")) {
            found.add(normalizerStep(part));
        }
        blanksReplaced =
                found.stream()
                        .anyMatch(s ->
                                s instanceof Normalizer.Step.Replace r && r.from().equals(" "));
        return new Normalizer(found);
    }

    private Normalizer.Step normalizerStep(JsonNode part) {
        String type = part.path("type").asString("");
        return switch (type) {
            case "NFC", "NFD", "NFKC", "NFKD" -> new Normalizer.Step.Unicode(Form.valueOf(type));
            case "Prepend" -> new Normalizer.Step.Prepend(part.path("prepend").asString(""));
            case "Lowercase" -> new Normalizer.Step.LowerCase();
            case "Replace" -> {
                JsonNode from = part.path("pattern").path("String");
                if (!from.isString() || from.stringValue().isEmpty()) {
                    throw unsupported("a replacement by regular expression");
                }
                yield new Normalizer.Step.Replace(
                        from.stringValue(), part.path("content").asString(""));
            }
            default -> throw unsupported("the normaliser " + type);
        };
    }

    PreTokenizer preTokenizer(JsonNode node) {
        for (JsonNode part : parts(node, "pretokenizers")) {
            preTokenizerStep(part);
        }
        return new PreTokenizer(prefix, steps);
    }

    private void preTokenizerStep(JsonNode part) {
        String type = part.path("type").asString("");
        switch (type) {
            case "ByteLevel" -> {
                byteLevel = true;
                if (part.path("add_prefix_space").asBoolean(true)) {
                    prefix(Prefix.BLANK);
                }
                if (part.path("use_regex").asBoolean(true)) {
                    steps.add(new Step.Words(SplitPattern.GPT2));
                }
            }
            case "Digits" ->
                    steps.add(new Step.Digits(part.path("individual_digits").asBoolean(false)));
            case "Metaspace" -> {
                prefix(metaspace(part));
                if (part.path("split").asBoolean(true)) {
                    steps.add(new Step.Signs());
                }
            }
            case "Split" -> split(part);
            default -> throw unsupported("the pre-tokenizer " + type);
        }
    }

    /// A prefix goes before the whole stretch, so it must come before any cut.
    private void prefix(Prefix wanted) {
        if (!steps.isEmpty()) {
            throw unsupported("a prefix after a cut");
        }
        prefix = wanted;
    }

    private Prefix metaspace(JsonNode part) {
        String sign = part.path("replacement").asString("▁");
        if (!sign.equals(String.valueOf(PreTokenizer.BLANK_SIGN))) {
            throw unsupported("another sign for blanks");
        }
        // before prepend_scheme there was only yes or no
        String before = part.path("add_prefix_space").asBoolean(true) ? "always" : "never";
        String scheme = part.path("prepend_scheme").asString(before);
        return switch (scheme) {
            case "always" -> Prefix.SIGN_ALWAYS;
            case "first" -> Prefix.SIGN_FIRST;
            case "never" -> Prefix.SIGN_NEVER;
            default -> throw unsupported("the prepend scheme " + scheme);
        };
    }

    private void split(JsonNode part) {
        String behavior = part.path("behavior").asString("");
        boolean invert = part.path("invert").asBoolean(false);
        JsonNode literal = part.path("pattern").path("String");
        if (literal.isString() && literal.stringValue().equals(" ") && blanksReplaced) {
            return; // Gemma: cuts at blanks, of which its normaliser left none
        }
        String expression = part.path("pattern").path("Regex").asString("");
        // the known expressions cover all text, so taking out what does not match changes nothing
        boolean pieces =
                (behavior.equals("Isolated") && !invert) || (behavior.equals("Removed") && invert);
        if (!pieces) {
            throw unsupported("the split behaviour " + behavior);
        }
        SplitPattern pattern =
                SplitPattern.ofExpression(expression)
                        .orElseThrow(() -> unsupported("an unknown regular expression"));
        steps.add(new Step.Words(pattern));
    }

    Lead lead(JsonNode node) {
        Lead lead = Lead.NOTHING;
        for (JsonNode part : parts(node, "decoders")) {
            String type = part.path("type").asString("");
            switch (type) {
                case "ByteLevel", "ByteFallback", "Fuse" -> {}
                case "Replace" -> {
                    if (!part.path("pattern").path("String").asString("").equals("▁")) {
                        throw unsupported("a decoder that replaces other than blank signs");
                    }
                }
                case "Strip" -> lead = strip(part);
                case "Metaspace" ->
                        lead =
                                metaspace(part) == Prefix.SIGN_NEVER
                                        ? Lead.NOTHING
                                        : Lead.BLANKS_OF_FIRST_TOKEN;
                default -> throw unsupported("the decoder " + type);
            }
        }
        return lead;
    }

    private Lead strip(JsonNode part) {
        int start = part.path("start").asInt(0);
        boolean known =
                part.path("content").asString("").equals(" ")
                        && start <= 1
                        && part.path("stop").asInt(0) == 0;
        if (!known) {
            throw unsupported("a decoder that strips other than one leading blank");
        }
        return start == 1 ? Lead.ONE_BLANK : Lead.NOTHING;
    }

    /// The parts of a `Sequence`, or the one part that stands for itself, or none.
    private List<JsonNode> parts(JsonNode node, String key) {
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.path("type").asString("").equals("Sequence")) {
            return List.of(node);
        }
        List<JsonNode> parts = new ArrayList<>();
        for (JsonNode part : node.path(key).values()) {
            parts.addAll(parts(part, key));
        }
        if (parts.size() > PreTokenizer.MAX_STEPS) {
            throw unsupported("more than %d steps".formatted(PreTokenizer.MAX_STEPS));
        }
        return parts;
    }
}
