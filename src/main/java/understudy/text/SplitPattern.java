package understudy.text;

import java.util.Map;
import java.util.Optional;

/// The regular expressions by which byte-level tokenizers cut text into words, each written out
/// as a scanner.
///
/// A tokenizer file brings its expression along, but an expression from a file is never run: it is
/// looked up here. `java.util.regex` answers a long run of equal characters with a stack overflow,
/// and other engines with quadratic time; the scanners look at each character a bounded number of
/// times. Each pattern covers every character, so words follow each other without gaps.
enum SplitPattern {
    /// GPT-2: contractions in lower case, one blank goes with the word behind it.
    GPT2 {
        @Override
        int next(String text, int from, int end) {
            int contraction = contraction(text, from, end, false);
            if (contraction > 0) {
                return from + contraction;
            }
            int first = text.codePointAt(from);
            boolean blank = first == ' ' && from + 1 < end;
            int word = blank ? from + 1 : from;
            int kind = kind(text.codePointAt(word));
            if (kind != SPACE) {
                return run(text, word, end, kind, Integer.MAX_VALUE);
            }
            return blanks(text, from, end);
        }
    },

    /// Llama 3: contractions in any case, up to three digits, one sign goes with the word behind.
    LLAMA3 {
        @Override
        int next(String text, int from, int end) {
            return modern(text, from, end, 3);
        }
    },

    /// Qwen 2: as Llama 3, digits one by one.
    QWEN2 {
        @Override
        int next(String text, int from, int end) {
            return modern(text, from, end, 1);
        }
    };

    private static final int LETTER = 0;
    private static final int NUMBER = 1;
    private static final int SPACE = 2;
    private static final int OTHER = 3;

    /// How the expressions of Llama 3 and Qwen 2 go on behind the digits.
    private static final String REST =
            "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final String MODERN =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";

    private static final String WORDS =
            "| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final Map<String, SplitPattern> BY_EXPRESSION =
            Map.of(
                    "'s|'t|'re|'ve|'m|'ll|'d" + WORDS, GPT2,
                    "'(?:[sdmt]|ll|ve|re)" + WORDS, GPT2,
                    MODERN + "|\\p{N}{1,3}" + REST, LLAMA3,
                    MODERN + "|\\p{N}" + REST, QWEN2);

    /// How a tokenizer file of Hugging Face's writes it.
    String expression() {
        return switch (this) {
            case GPT2 -> "'(?:[sdmt]|ll|ve|re)" + WORDS;
            case LLAMA3 -> MODERN + "|\\p{N}{1,3}" + REST;
            case QWEN2 -> MODERN + "|\\p{N}" + REST;
        };
    }

    /// The pattern written so in a tokenizer file.
    static Optional<SplitPattern> ofExpression(String expression) {
        return Optional.ofNullable(BY_EXPRESSION.get(expression));
    }

    /// @param from where the word begins, before `end`
    /// @param end  where the text ends for this scan
    /// @return where the word ends
    abstract int next(String text, int from, int end);

    /// Whether `\p{N}` holds.
    static boolean isNumber(int character) {
        return kind(character) == NUMBER;
    }

    private static int modern(String text, int from, int end, int digits) {
        int contraction = contraction(text, from, end, true);
        if (contraction > 0) {
            return from + contraction;
        }
        int first = text.codePointAt(from);
        int kind = kind(first);
        if (kind == LETTER) {
            return run(text, from, end, LETTER, Integer.MAX_VALUE);
        }
        if (kind == NUMBER) {
            return run(text, from, end, NUMBER, digits);
        }
        int second = from + Character.charCount(first);
        boolean lineBreak = first == '\r' || first == '\n';
        if (!lineBreak && second < end && kind(text.codePointAt(second)) == LETTER) {
            return run(text, second, end, LETTER, Integer.MAX_VALUE);
        }
        int signs = first == ' ' ? second : from;
        if (signs < end && kind(text.codePointAt(signs)) == OTHER) {
            int position = run(text, signs, end, OTHER, Integer.MAX_VALUE);
            while (position < end && isLineBreak(text.charAt(position))) {
                position++;
            }
            return position;
        }
        return blanksToLineBreak(text, from, end);
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line break of the run where it has one.
    private static int blanksToLineBreak(String text, int from, int end) {
        int stop = run(text, from, end, SPACE, Integer.MAX_VALUE);
        for (int i = stop - 1; i >= from; i--) {
            if (isLineBreak(text.charAt(i))) {
                return i + 1;
            }
        }
        return blanks(text, from, end);
    }

    /// `\s+(?!\S)|\s+`: all blanks at the end of the text, else all but the last.
    private static int blanks(String text, int from, int end) {
        int stop = run(text, from, end, SPACE, Integer.MAX_VALUE);
        // every white space character is one UTF-16 unit
        return stop < end && stop - from > 1 ? stop - 1 : stop;
    }

    private static int run(String text, int from, int end, int kind, int most) {
        int position = from;
        for (int n = 0; n < most && position < end; n++) {
            int character = text.codePointAt(position);
            if (kind(character) != kind) {
                break;
            }
            position += Character.charCount(character);
        }
        return position;
    }

    /// Length of a contraction such as `'ll` at `from`, or 0.
    private static int contraction(String text, int from, int end, boolean anyCase) {
        if (text.charAt(from) != '\'' || from + 1 >= end) {
            return 0;
        }
        char first = fold(text.charAt(from + 1), anyCase);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return 2;
        }
        if (from + 2 >= end) {
            return 0;
        }
        char second = fold(text.charAt(from + 2), anyCase);
        boolean two =
                (first == 'r' && second == 'e')
                        || (first == 'v' && second == 'e')
                        || (first == 'l' && second == 'l');
        return two ? 3 : 0;
    }

    private static char fold(char character, boolean anyCase) {
        if (!anyCase) {
            return character;
        }
        // U+017F, the long s, is an s to Unicode's case folding
        return character == '\u017F' ? 's' : Character.toLowerCase(character);
    }

    private static boolean isLineBreak(char character) {
        return character == '\r' || character == '\n';
    }

    private static int kind(int character) {
        if (character < 128) {
            return asciiKind(character);
        }
        return switch (Character.getType(character)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER ->
                    LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
                    NUMBER;
            case Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    SPACE;
            default -> character == 0x85 ? SPACE : OTHER;
        };
    }

    private static int asciiKind(int character) {
        if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')) {
            return LETTER;
        }
        if (character >= '0' && character <= '9') {
            return NUMBER;
        }
        return character == ' ' || (character >= '\t' && character <= '\r') ? SPACE : OTHER;
    }
}
