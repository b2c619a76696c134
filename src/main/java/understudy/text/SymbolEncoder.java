package understudy.text;

/// The smallest parts of a word, before any merge: bytes or characters.
final class SymbolEncoder {
    private final TokenizerSource source;

    /// Id of each byte's own token, [Vocabulary#NONE] where the vocabulary lacks it.
    private final int[] byteIds = new int[256];

    SymbolEncoder(TokenizerSource source) {
        this.source = source;
        for (int value = 0; value < 256; value++) {
            String token =
                    source.byteLevel()
                            ? String.valueOf(ByteAlphabet.letter(value))
                            : "<0x%02X>".formatted(value);
            byteIds[value] = source.vocabulary().id(token);
        }
    }

    /// `word` as the vocabulary writes it.
    String written(String word) {
        return source.byteLevel() ? ByteAlphabet.write(BpeTokenizer.utf8(word)) : word;
    }

    IdList symbols(String word) {
        IdList ids = new IdList(word.length());
        if (source.byteLevel()) {
            for (byte value : BpeTokenizer.utf8(word)) {
                addOrUnknown(byteIds[value & 0xFF], ids);
            }
            return ids;
        }
        for (int i = 0; i < word.length(); i = word.offsetByCodePoints(i, 1)) {
            String character = word.substring(i, word.offsetByCodePoints(i, 1));
            int id = source.vocabulary().id(character);
            if (id != Vocabulary.NONE || !addBytes(character, ids)) {
                addOrUnknown(id, ids);
            }
        }
        return ids;
    }

    /// Adds a character as bytes.
    ///
    /// @return false, and nothing added, where the vocabulary lacks one of them
    private boolean addBytes(String character, IdList ids) {
        if (!source.byteTokens()) {
            return false;
        }
        byte[] bytes = BpeTokenizer.utf8(character);
        for (byte value : bytes) {
            if (byteIds[value & 0xFF] == Vocabulary.NONE) {
                return false;
            }
        }
        for (byte value : bytes) {
            ids.add(byteIds[value & 0xFF]);
        }
        return true;
    }

    /// Some vocabularies lack bytes that their training text did not have (SmolLM2: 21 bytes, all
    /// of control characters or of no UTF-8) and name no unknown token either; such bytes are left
    /// out, as Hugging Face does.
    private void addOrUnknown(int id, IdList ids) {
        if (id != Vocabulary.NONE) {
            ids.add(id);
        } else if (source.unknown() != Vocabulary.NONE
                && !(source.fuseUnknown() && ids.last() == source.unknown())) {
            ids.add(source.unknown());
        }
    }
}
