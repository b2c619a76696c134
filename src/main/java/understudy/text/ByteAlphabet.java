package understudy.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The letters by which byte-level vocabularies write bytes, as GPT-2 introduced them: printable
/// Latin-1 characters stand for themselves, the 68 other bytes for U+0100, U+0101 and so on.
final class ByteAlphabet {
    private static final char[] LETTERS = new char[256];
    private static final int[] BYTES = new int[256 + 68];

    static {
        Arrays.fill(BYTES, -1);
        char spare = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable =
                    (value >= '!' && value <= '~')
                            || (value >= 0xA1 && value <= 0xAC)
                            || (value >= 0xAE && value <= 0xFF);
            LETTERS[value] = printable ? (char) value : spare++;
            BYTES[LETTERS[value]] = value;
        }
    }

    private ByteAlphabet() {}

    /// @param value 0 to 255
    static char letter(int value) {
        return LETTERS[value];
    }

    /// Writes bytes with the letters of the alphabet.
    static String write(byte[] bytes) {
        char[] letters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            letters[i] = LETTERS[bytes[i] & 0xFF];
        }
        return new String(letters);
    }

    /// @return the bytes of a token, or null where a character is not of the alphabet
    static byte @Nullable [] read(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char letter = token.charAt(i);
            if (letter >= BYTES.length || BYTES[letter] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[letter];
        }
        return bytes;
    }
}
