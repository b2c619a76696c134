package understudy.text;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The bytes each token stands for.
final class TokenBytes {
    private static final byte[] NOTHING = new byte[0];

    private final byte[][] bytes;

    /// @param added added tokens by id; their text stands for itself
    TokenBytes(TokenizerSource source, Map<Integer, AddedToken> added, int size) {
        this.bytes = new byte[size][];
        for (int id = 0; id < size; id++) {
            AddedToken token = added.get(id);
            bytes[id] =
                    token == null
                            ? ofToken(source, source.vocabulary().token(id))
                            : blanks(source, token.text());
        }
    }

    /// @return empty for an id out of range
    byte[] of(int id) {
        return id >= 0 && id < bytes.length ? bytes[id] : NOTHING;
    }

    private static byte[] ofToken(TokenizerSource source, @Nullable String token) {
        if (token == null) {
            return NOTHING;
        }
        if (source.byteLevel()) {
            byte[] read = ByteAlphabet.read(token);
            return read == null ? BpeTokenizer.utf8(token) : read;
        }
        if (source.byteTokens() && token.length() == 6 && token.matches("<0x[0-9A-F]{2}>")) {
            return new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)};
        }
        return blanks(source, token);
    }

    private static byte[] blanks(TokenizerSource source, String token) {
        String text = source.byteLevel() ? token : token.replace(PreTokenizer.BLANK_SIGN, ' ');
        return BpeTokenizer.utf8(text);
    }
}
