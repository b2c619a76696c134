package understudy.text;

/// Puts characters together from bytes as they come.
///
/// What is not UTF-8 becomes U+FFFD, one for each longest beginning of a character, as the Unicode
/// standard recommends.
final class Utf8Assembler {
    private static final char REPLACEMENT = '\uFFFD';

    /// Bits of the unfinished character so far.
    private int character;

    /// Bytes it still lacks; 0 between characters.
    private int missing;

    /// What its next byte may be: the second byte is bounded more narrowly for some first bytes,
    /// which rules out surrogates, overlong forms and what lies beyond U+10FFFF.
    private int lowest;

    private int highest;

    void add(byte next, StringBuilder out) {
        int value = next & 0xFF;
        if (missing > 0) {
            if (value >= lowest && value <= highest) {
                character = character << 6 | (value & 0x3F);
                lowest = 0x80;
                highest = 0xBF;
                if (--missing == 0) {
                    out.appendCodePoint(character);
                }
                return;
            }
            end(out);
        }
        begin(value, out);
    }

    private void begin(int value, StringBuilder out) {
        lowest = 0x80;
        highest = 0xBF;
        if (value < 0x80) {
            out.append((char) value);
        } else if (value >= 0xC2 && value <= 0xDF) {
            character = value & 0x1F;
            missing = 1;
        } else if (value >= 0xE0 && value <= 0xEF) {
            character = value & 0x0F;
            missing = 2;
            lowest = value == 0xE0 ? 0xA0 : 0x80;
            highest = value == 0xED ? 0x9F : 0xBF;
        } else if (value >= 0xF0 && value <= 0xF4) {
            character = value & 0x07;
            missing = 3;
            lowest = value == 0xF0 ? 0x90 : 0x80;
            highest = value == 0xF4 ? 0x8F : 0xBF;
        } else {
            out.append(REPLACEMENT);
        }
    }

    /// Ends the text: an unfinished character becomes U+FFFD.
    void end(StringBuilder out) {
        if (missing > 0) {
            missing = 0;
            out.append(REPLACEMENT);
        }
    }
}
