package understudy.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import understudy.base.UserError;
import understudy.text.PreTokenizer.Prefix;
import understudy.text.PreTokenizer.Step;
import understudy.text.TokenizerSource.Lead;
import understudy.weights.Gguf;

/// Rebuilds a tokenizer from the metadata of a GGUF file.
///
/// The file says which family (`tokenizer.ggml.model`), which splitting (`tokenizer.ggml.pre`, by
/// a name of llama.cpp's) and carries tokens, their types, and merges (family `gpt2`) or scores
/// (family `llama`, SentencePiece).
final class GgufTokenizer {
    private static final String KEYS = "tokenizer.ggml.";

    /// Token types, as llama.cpp numbers them.
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;

    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    /// SentencePiece's way with blanks: one before each stretch, whatever it begins with.
    private static final Normalizer PREPENDING =
            new Normalizer(
                    List.of(
                            new Normalizer.Step.Prepend("▁"),
                            new Normalizer.Step.Replace(" ", "▁")));

    /// The same without a blank before a stretch (Gemma).
    private static final Normalizer SIGNING =
            new Normalizer(List.of(new Normalizer.Step.Replace(" ", "▁")));

    /// Longest piece whose splittings are looked up, in characters; each costs its length.
    private static final int MAX_PIECE_LENGTH = 512;

    private final Gguf file;
    private final String origin;
    private final List<String> tokens;
    private final int[] types;

    private GgufTokenizer(Gguf file) {
        this.file = file;
        this.origin = file.path().toString();
        this.tokens = List.copyOf(file.strings(KEYS + "tokens"));
        List<Number> given = file.numbers(KEYS + "token_type");
        if (tokens.isEmpty()) {
            throw Vocabulary.broken("no tokens in its metadata", origin);
        }
        if (!given.isEmpty() && given.size() != tokens.size()) {
            throw Vocabulary.broken(
                    "%d token types for %d tokens".formatted(given.size(), tokens.size()), origin);
        }
        this.types =
                given.isEmpty()
                        ? IntStream.range(0, tokens.size()).map(i -> NORMAL).toArray()
                        : given.stream().mapToInt(Number::intValue).toArray();
    }

    static TokenizerSource read(Gguf file) {
        GgufTokenizer reader = new GgufTokenizer(file);
        String model = file.string(KEYS + "model").orElse("none");
        return switch (model) {
            case "gpt2" -> reader.bytePairs();
            case "llama" -> reader.sentencePiece();
            default ->
                    throw new UserError(
                            "the tokenizer family %s is not supported".formatted(model),
                            reader.origin,
                            "use a model with a gpt2 or llama tokenizer"
                                    + " (understudy model list)");
        };
    }

    private TokenizerSource bytePairs() {
        Vocabulary vocabulary = vocabulary(token -> true);
        List<String> lines = file.strings(KEYS + "merges");
        Merges merges = new Merges(lines.size());
        MergeLines reader = new MergeLines(vocabulary, merges, origin);
        lines.forEach(reader::add);
        Split split = Split.named(file.string(KEYS + "pre").orElse("default"), origin);
        boolean prefix = file.flag(KEYS + "add_space_prefix").orElse(false);
        return new TokenizerSource(
                origin,
                vocabulary,
                merges,
                added(),
                split.normalizer(),
                new PreTokenizer(prefix ? Prefix.BLANK : Prefix.NONE, split.steps()),
                true,
                false,
                split.wholeWords(),
                Vocabulary.NONE,
                false,
                Lead.NOTHING);
    }

    private TokenizerSource sentencePiece() {
        Vocabulary vocabulary = vocabulary(type -> type != UNUSED);
        boolean prefix = file.flag(KEYS + "add_space_prefix").orElse(true);
        // runs of blanks are tokens in such vocabularies, and a sign that somebody writes is a
        // blank
        List<AddedToken> added =
                prefix ? added() : added().stream().map(GgufTokenizer::signed).toList();
        boolean everywhere = prefix && !hasInstructionTokens(added);
        return new TokenizerSource(
                origin,
                vocabulary,
                scoredMerges(vocabulary),
                added,
                everywhere ? PREPENDING : prefix ? Normalizer.NONE : SIGNING,
                new PreTokenizer(
                        everywhere || !prefix ? Prefix.NONE : Prefix.SIGN_FIRST, List.of()),
                false,
                true,
                false,
                (int) file.integer(KEYS + "unknown_token_id").orElse(0),
                true,
                prefix ? Lead.ONE_BLANK : Lead.NOTHING);
    }

    private static AddedToken signed(AddedToken token) {
        String text = token.text().replace(' ', PreTokenizer.BLANK_SIGN);
        return token.control()
                ? token
                : new AddedToken(text, token.id(), false, true, false, false, false);
    }

    /// Models whose `[INST]` is a token of its own (Mistral from v0.3) were trained without a blank
    /// of the tokenizer's behind control tokens; the others, Llama 2 among them, with one.
    private static boolean hasInstructionTokens(List<AddedToken> added) {
        return added.stream().anyMatch(t -> t.control() && t.text().equals("[INST]"));
    }

    private Vocabulary vocabulary(IntPredicate wanted) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (wanted.test(types[id])) {
                ids.putIfAbsent(tokens.get(id), id);
            }
        }
        return Vocabulary.of(ids, origin);
    }

    private List<AddedToken> added() {
        Set<Integer> ends = new HashSet<>();
        for (String key : List.of("bos", "eos", "eot", "eom", "unknown", "padding")) {
            OptionalLong id = file.integer(KEYS + key + "_token_id");
            id.ifPresent(known -> ends.add((int) known));
        }
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            int type = types[id];
            if (token.isEmpty()) {
                continue;
            }
            if (type == CONTROL
                    || type == UNKNOWN
                    || (type == NORMAL && ends.contains(id) && isMark(token))) {
                added.add(AddedToken.control(token, id));
            } else if (type == USER_DEFINED) {
                String text = token.replace(PreTokenizer.BLANK_SIGN, ' ');
                added.add(new AddedToken(text, id, false, false, false, false, false));
            }
        }
        return added;
    }

    /// Some files type the ends of texts as ordinary tokens, others name an ordinary word as an end
    /// they never use.
    private static boolean isMark(String token) {
        return token.length() > 2 && (token.charAt(0) == '<' || token.charAt(0) == '[');
    }

    /// SentencePiece merges whatever neighbours form a piece, the best score first: so every way to
    /// put a piece together from two pieces is a pair, and all ways have the same rank.
    private Merges scoredMerges(Vocabulary vocabulary) {
        List<Number> given = file.numbers(KEYS + "scores");
        if (given.size() != tokens.size()) {
            throw Vocabulary.broken(
                    "%d scores for %d tokens".formatted(given.size(), tokens.size()), origin);
        }
        double[] scores = given.stream().mapToDouble(Number::doubleValue).toArray();
        List<Integer> best =
                IntStream.range(0, scores.length)
                        .filter(id -> types[id] == NORMAL || types[id] == USER_DEFINED)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer id) -> -scores[id]))
                        .toList();
        Merges merges = new Merges(tokens.size() * 2);
        int rank = -1;
        double last = Double.NaN;
        for (int id : best) {
            if (scores[id] != last) {
                last = scores[id];
                rank++;
            }
            addSplittings(vocabulary, merges, id, rank);
        }
        return merges;
    }

    private void addSplittings(Vocabulary vocabulary, Merges merges, int id, int rank) {
        String piece = tokens.get(id);
        if (piece.length() > MAX_PIECE_LENGTH || vocabulary.id(piece) != id) {
            return;
        }
        int cut = 0;
        while ((cut = piece.offsetByCodePoints(cut, 1)) < piece.length()) {
            int left = vocabulary.id(piece.substring(0, cut));
            int right = vocabulary.id(piece.substring(cut));
            if (left != Vocabulary.NONE && right != Vocabulary.NONE) {
                merges.add(left, right, rank, id);
            }
        }
    }

    /// What a name under `tokenizer.ggml.pre` stands for.
    ///
    /// @param wholeWords as in [TokenizerSource]
    private record Split(Normalizer normalizer, List<Step> steps, boolean wholeWords) {
        private static final Map<String, Split> BY_NAME = byName();

        static Split named(String name, String origin) {
            Split split = BY_NAME.get(name);
            if (split == null) {
                throw new UserError(
                        "the tokenizer splitting '%s' is not known"
                                .formatted(name.replaceAll("[^\\w.-]", "?")),
                        origin,
                        "use the model's Hugging Face folder, or another model"
                                + " (understudy model list)");
            }
            return split;
        }

        private static Map<String, Split> byName() {
            List<Step> gpt2 = List.of(new Step.Words(SplitPattern.GPT2));
            List<Step> digits = List.of(new Step.Digits(true), new Step.Words(SplitPattern.GPT2));
            List<Step> llama3 = List.of(new Step.Words(SplitPattern.LLAMA3));
            List<Step> qwen2 = List.of(new Step.Words(SplitPattern.QWEN2));
            Normalizer composed =
                    new Normalizer(
                            List.of(new Normalizer.Step.Unicode(java.text.Normalizer.Form.NFC)));
            Map<String, Split> splits = new HashMap<>();
            put(splits, new Split(Normalizer.NONE, gpt2, false), "default", "gpt-2", "gpt2");
            put(splits, new Split(Normalizer.NONE, digits, false), "smollm", "starcoder");
            put(
                    splits,
                    new Split(Normalizer.NONE, llama3, true),
                    "llama-bpe",
                    "llama3",
                    "llama-v3");
            put(splits, new Split(Normalizer.NONE, llama3, false), "smaug-bpe");
            put(splits, new Split(composed, qwen2, false), "qwen2", "deepseek-r1-qwen");
            return splits;
        }

        private static void put(Map<String, Split> splits, Split split, String... names) {
            for (String name : names) {
                splits.put(name, split);
            }
        }
    }
}
