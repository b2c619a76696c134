package understudy.text.jinja;

import java.util.List;

/// Reads one token inside a tag.
final class TokenReader {
    private static final List<String> OPERATORS =
            List.of(
                    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(",
                    ")", "{", "}", ">", "<", "=", ".", ":", "|", ",");

    private final String source;
    private final int start;
    private final int line;

    TokenReader(String source, int start, int line) {
        this.source = source;
        this.start = start;
        this.line = line;
    }

    Token read() {
        char first = source.charAt(start);
        int end = end(source, start);
        String text = source.substring(start, end);
        if (first == '"' || first == '\'') {
            return new Token(Token.Kind.STRING, literal(text), line);
        }
        if (isDigit(first)) {
            boolean real = text.contains(".") || text.contains("e") || text.contains("E");
            Token.Kind kind = real ? Token.Kind.REAL : Token.Kind.INT;
            return new Token(kind, text.replace("_", ""), line);
        }
        return new Token(isNameStart(first) ? Token.Kind.NAME : Token.Kind.OPERATOR, text, line);
    }

    /// Where the token that begins at `start` ends.
    static int end(String source, int start) {
        char first = source.charAt(start);
        if (first == '"' || first == '\'') {
            return endOfString(source, start);
        }
        if (isDigit(first)) {
            return endOfNumber(source, start);
        }
        if (isNameStart(first)) {
            int end = start + 1;
            while (end < source.length() && isNamePart(source.charAt(end))) {
                end++;
            }
            return end;
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, start)) {
                return start + operator.length();
            }
        }
        throw new TemplateFault("a character that means nothing inside a tag");
    }

    private static int endOfString(String source, int start) {
        for (int i = start + 1; i < source.length(); i++) {
            if (source.charAt(i) == '\\') {
                i++;
            } else if (source.charAt(i) == source.charAt(start)) {
                return i + 1;
            }
        }
        throw new TemplateFault("a string without an end");
    }

    private static int endOfNumber(String source, int start) {
        int end = digits(source, start);
        if (end + 1 < source.length()
                && source.charAt(end) == '.'
                && isDigit(source.charAt(end + 1))) {
            end = digits(source, end + 1);
        }
        if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
                exponent++;
            }
            if (exponent < source.length() && isDigit(source.charAt(exponent))) {
                end = digits(source, exponent);
            }
        }
        return end;
    }

    private static int digits(String source, int start) {
        int end = start;
        while (end < source.length()
                && (isDigit(source.charAt(end)) || source.charAt(end) == '_')) {
            end++;
        }
        return end;
    }

    /// What a string literal stands for, by Python's rules: an escape that is none stays as it is.
    private static String literal(String quoted) {
        StringBuilder text = new StringBuilder();
        int end = quoted.length() - 1;
        for (int i = 1; i < end; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char kind = quoted.charAt(++i);
            int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
            if (digits > 0) {
                text.appendCodePoint(number(quoted, i + 1, i + 1 + digits, end));
                i += digits;
            } else {
                text.append(escape(kind));
            }
        }
        return text.toString();
    }

    private static int number(String quoted, int from, int to, int end) {
        try {
            int character = to <= end ? Integer.parseInt(quoted.substring(from, to), 16) : -1;
            if (Character.isValidCodePoint(character)) {
                return character;
            }
        } catch (NumberFormatException e) {
            // falls through to the one error for all of them
        }
        throw new TemplateFault("a string with a broken escape");
    }

    private static String escape(char kind) {
        return switch (kind) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'v' -> "\u000B";
            case '0' -> "\0";
            case '\n' -> "";
            case '\\', '\'', '"' -> String.valueOf(kind);
            default -> "\\" + kind;
        };
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return c == '_' || Character.isLetter(c);
    }

    private static boolean isNamePart(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }
}
