package understudy.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// Byte-pair encoding, of bytes (GPT-2, Llama 3, Qwen 2, SmolLM) or of characters with a way back
/// to bytes (SentencePiece: Llama 2, Mistral).
///
/// Text goes: added tokens that are no controls, normaliser, words, merges. Ids agree with Hugging
/// Face's `tokenizers`, but for one thing: control tokens are only ever found by
/// [#controlsIn(String)].
final class BpeTokenizer implements Tokenizer {
    /// Words remembered; a chat repeats a few thousand again and again.
    private static final int MAX_CACHED_WORDS = 50_000;

    /// Longest word remembered, in characters.
    private static final int MAX_CACHED_LENGTH = 64;

    private final TokenizerSource source;
    private final Vocabulary vocabulary;
    private final SymbolEncoder symbols;
    private final Map<String, AddedToken> controls = new HashMap<>();
    private final Map<Integer, AddedToken> addedById = new HashMap<>();
    private final AddedTokenFinder controlFinder;
    private final AddedTokenFinder rawFinder;
    private final AddedTokenFinder normalizedFinder;
    private final int size;
    private final Map<String, int[]> cache = new ConcurrentHashMap<>();
    private final TokenBytes bytes;

    BpeTokenizer(TokenizerSource source) {
        this.source = source;
        this.vocabulary = source.vocabulary();
        this.symbols = new SymbolEncoder(source);
        int highest = vocabulary.size() - 1;
        for (AddedToken token : source.added()) {
            addedById.put(token.id(), token);
            highest = Math.max(highest, token.id());
            if (token.control()) {
                controls.put(token.text(), token);
            }
        }
        this.size = highest + 1;
        this.controlFinder = finder(source, AddedToken::control);
        this.rawFinder = finder(source, token -> !token.control() && !token.normalized());
        this.normalizedFinder = finder(source, token -> !token.control() && token.normalized());
        this.bytes = new TokenBytes(source, addedById, size);
    }

    private static AddedTokenFinder finder(TokenizerSource source, Predicate<AddedToken> wanted) {
        return new AddedTokenFinder(source.added().stream().filter(wanted).toList());
    }

    @Override
    public int vocabularySize() {
        return size;
    }

    @Override
    public List<ControlSpan> controlsIn(String scaffold) {
        return controlFinder.find(scaffold);
    }

    @Override
    public OptionalInt control(String literal) {
        AddedToken token = controls.get(literal);
        return token == null ? OptionalInt.empty() : OptionalInt.of(token.id());
    }

    @Override
    public byte[] bytes(int id) {
        return bytes.of(id).clone();
    }

    @Override
    public boolean isControl(int id) {
        AddedToken token = addedById.get(id);
        return token != null && token.control();
    }

    @Override
    public int[] encode(String text, Place place) {
        IdList ids = new IdList(text.length() / 3 + 8);
        String whole = Surrogates.repair(text);
        int from = 0;
        Place here = place;
        for (ControlSpan token : rawFinder.find(whole)) {
            encodeRaw(whole.substring(from, token.start()), here, ids);
            ids.add(token.id());
            from = token.end();
            here = afterToken(place);
        }
        encodeRaw(whole.substring(from), here, ids);
        return ids.toArray();
    }

    /// A tokenizer that puts blanks before words does so behind an added token too.
    private static Place afterToken(Place place) {
        return place == Place.START ? Place.AFTER_CONTROL : place;
    }

    private void encodeRaw(String text, Place place, IdList ids) {
        if (text.isEmpty()) {
            return;
        }
        String normal = source.normalizer().apply(text, place);
        int from = 0;
        Place here = place;
        for (ControlSpan token : normalizedFinder.find(normal)) {
            encodeNormal(normal.substring(from, token.start()), here, ids);
            ids.add(token.id());
            from = token.end();
            here = afterToken(place);
        }
        encodeNormal(normal.substring(from), here, ids);
    }

    private void encodeNormal(String text, Place place, IdList ids) {
        String prefixed = source.preTokenizer().prefix().apply(text, place);
        source.preTokenizer()
                .split(prefixed, (start, end) -> word(prefixed.substring(start, end), ids));
    }

    private void word(String word, IdList ids) {
        if (word.length() > MAX_CACHED_LENGTH) {
            mergeWord(word, ids);
            return;
        }
        int[] known = cache.get(word);
        if (known == null) {
            IdList fresh = new IdList(word.length());
            mergeWord(word, fresh);
            known = fresh.toArray();
            if (cache.size() < MAX_CACHED_WORDS) {
                cache.put(word, known);
            }
        }
        ids.addAll(known, known.length);
    }

    private void mergeWord(String word, IdList ids) {
        if (source.wholeWords()) {
            int whole = vocabulary.id(symbols.written(word));
            if (whole != Vocabulary.NONE) {
                ids.add(whole);
                return;
            }
        }
        IdList parts = symbols.symbols(word);
        int count = source.merges().merge(parts.elements(), parts.size());
        ids.addAll(parts.elements(), count);
    }

    @Override
    public String decode(int[] ids) {
        Stream stream = stream();
        StringBuilder text = new StringBuilder(ids.length * 4);
        Arrays.stream(ids).forEach(id -> text.append(stream.add(id)));
        return text.append(stream.end()).toString();
    }

    @Override
    public Stream stream() {
        return new ByteStream();
    }

    /// Bytes of tokens one after the other; characters leave when they are whole.
    private final class ByteStream implements Stream {
        private final Utf8Assembler assembler = new Utf8Assembler();

        /// Whether nothing has come yet.
        private boolean first = true;

        @Override
        public String add(int id) {
            if (isControl(id)) {
                return "";
            }
            byte[] piece = bytes.of(id);
            int from = 0;
            if (first && piece.length > 0) {
                from = leadIn(piece);
                first = false;
            }
            StringBuilder out = new StringBuilder(piece.length);
            for (int i = from; i < piece.length; i++) {
                assembler.add(piece[i], out);
            }
            return out.toString();
        }

        private int leadIn(byte[] piece) {
            int blanks = 0;
            while (blanks < piece.length && piece[blanks] == ' ') {
                blanks++;
            }
            return switch (source.lead()) {
                case NOTHING -> 0;
                case ONE_BLANK -> Math.min(blanks, 1);
                case BLANKS_OF_FIRST_TOKEN -> blanks;
            };
        }

        @Override
        public String end() {
            StringBuilder out = new StringBuilder(1);
            assembler.end(out);
            return out.toString();
        }
    }

    /// The UTF-8 bytes of `text`, which has no lone surrogates.
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
