package understudy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.text.PreTokenizer.Prefix;
import understudy.text.PreTokenizer.Step;
import understudy.weights.GgufWriter;

/// Writes a tokenizer into the header of a GGUF file: the way back from [GgufTokenizer], for models
/// whose file is of another format.
final class GgufVocabulary {
    private static final String KEYS = "tokenizer.ggml.";

    /// Token types, as llama.cpp numbers them.
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    private final TokenizerSource source;
    private final List<String> tokens = new ArrayList<>();
    private final int[] types;

    private GgufVocabulary(TokenizerSource source, int size) {
        this.source = source;
        this.types = new int[size];
        Map<Integer, AddedToken> added = new HashMap<>();
        source.added().forEach(token -> added.put(token.id(), token));
        for (int id = 0; id < size; id++) {
            add(id, added.get(id), source.vocabulary().token(id));
        }
    }

    /// @param size of the model's embedding; ids without a token become unused ones
    /// @throws UserError where llama.cpp has no such tokenizer
    static void write(TokenizerSource source, int size, GgufWriter out) {
        new GgufVocabulary(source, size).write(out);
    }

    private void add(int id, @Nullable AddedToken added, @Nullable String token) {
        if (id == source.unknown()) {
            set(id, UNKNOWN, added == null ? token : added.text());
        } else if (added != null) {
            String text = added.text();
            boolean signs = !source.byteLevel() && !added.control();
            set(
                    id,
                    added.control() ? CONTROL : USER_DEFINED,
                    signs ? text.replace(PreTokenizer.BLANK_SIGN, ' ') : text);
        } else if (token == null) {
            set(id, UNUSED, "[PAD" + id + "]");
        } else {
            boolean written = source.byteTokens() && token.matches("<0x[0-9A-F]{2}>");
            set(id, written ? BYTE : NORMAL, token);
        }
    }

    private void set(int id, int type, @Nullable String token) {
        types[id] = type;
        tokens.add(token == null ? "[PAD" + id + "]" : token);
    }

    private void write(GgufWriter out) {
        if (source.byteLevel()) {
            out.string(KEYS + "model", "gpt2").string(KEYS + "pre", splitting());
            out.strings(KEYS + "tokens", tokens).integers(KEYS + "token_type", types);
            out.strings(KEYS + "merges", merges());
            if (source.preTokenizer().prefix() == Prefix.BLANK) {
                out.flag(KEYS + "add_space_prefix", true);
            }
            return;
        }
        if (!source.byteTokens()) {
            throw unknown();
        }
        boolean prefix =
                source.preTokenizer().prefix() == Prefix.SIGN_FIRST
                        || source.preTokenizer().prefix() == Prefix.SIGN_ALWAYS
                        || source.normalizer().steps().stream()
                                .anyMatch(s -> s instanceof Normalizer.Step.Prepend);
        out.string(KEYS + "model", "llama").string(KEYS + "pre", "default");
        out.strings(KEYS + "tokens", tokens).floats(KEYS + "scores", scores());
        out.integers(KEYS + "token_type", types).flag(KEYS + "add_space_prefix", prefix);
        if (source.unknown() != Vocabulary.NONE) {
            out.u32(KEYS + "unknown_token_id", source.unknown());
        }
    }

    /// llama.cpp's name for the way in which text is cut into words.
    private String splitting() {
        List<Step> steps = source.preTokenizer().steps();
        if (steps.equals(List.of(new Step.Digits(true), new Step.Words(SplitPattern.GPT2)))) {
            return "smollm";
        }
        if (steps.size() != 1 || !(steps.getFirst() instanceof Step.Words(SplitPattern pattern))) {
            throw unknown();
        }
        return switch (pattern) {
            case GPT2 -> "gpt-2";
            case LLAMA3 -> source.wholeWords() ? "llama-bpe" : "smaug-bpe";
            case QWEN2 -> "qwen2";
        };
    }

    private UserError unknown() {
        return new UserError(
                "llama.cpp has no tokenizer like this one",
                source.origin(),
                "export with --as merged or --as peft");
    }

    private List<String> merges() {
        List<String> lines = new ArrayList<>();
        Vocabulary vocabulary = source.vocabulary();
        for (Merges.Pair pair : source.merges().inOrder()) {
            lines.add(vocabulary.token(pair.left()) + " " + vocabulary.token(pair.right()));
        }
        return lines;
    }

    /// SentencePiece merges what gives the token with the best score: that of the lowest rank.
    private float[] scores() {
        float[] scores = new float[types.length];
        Arrays.fill(scores, Float.NaN);
        int last = 0;
        for (Merges.Pair pair : source.merges().inOrder()) {
            if (pair.merged() < scores.length && Float.isNaN(scores[pair.merged()])) {
                scores[pair.merged()] = -last;
                last++;
            }
        }
        for (int id = 0; id < scores.length; id++) {
            if (Float.isNaN(scores[id])) {
                scores[id] = types[id] == NORMAL ? -(float) (last + id) : 0;
            }
        }
        return scores;
    }
}
