package understudy.text.jinja;

import java.util.ArrayList;
import java.util.List;

/// Cuts a template into tokens, with white space as Hugging Face sets it: the line break behind a
/// block is dropped (`trim_blocks`), blanks before a block that opens its line too
/// (`lstrip_blocks`), and one line break at the very end.
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (position < source.length()) {
            int tag = nextTag(position);
            if (tag < 0) {
                data(source.substring(position));
                advance(source.length());
                break;
            }
            tag(tag);
        }
        add(Token.Kind.END, "");
    }

    private int nextTag(int from) {
        int found = from - 1;
        while ((found = source.indexOf('{', found + 1)) >= 0 && found + 1 < source.length()) {
            char second = source.charAt(found + 1);
            if (second == '{' || second == '%' || second == '#') {
                return found;
            }
        }
        return -1;
    }

    private void tag(int start) {
        char kind = source.charAt(start + 1);
        char sign = start + 2 < source.length() ? source.charAt(start + 2) : ' ';
        data(textBefore(start, kind, sign));
        advance(start + 2 + (sign == '-' || sign == '+' ? 1 : 0));
        switch (kind) {
            case '#' -> comment();
            case '%' -> {
                if (!raw()) {
                    add(Token.Kind.BLOCK_BEGIN, "");
                    inside("%}", Token.Kind.BLOCK_END);
                }
            }
            default -> {
                add(Token.Kind.OUTPUT_BEGIN, "");
                inside("}}", Token.Kind.OUTPUT_END);
            }
        }
    }

    private String textBefore(int start, char kind, char sign) {
        String text = source.substring(position, start);
        if (sign == '-') {
            return text.substring(0, TextParts.endOfStripped(text));
        }
        if (sign == '+' || kind == '{') {
            return text;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean opensLine = lineStart > 0 || position == 0 || source.charAt(position - 1) == '\n';
        boolean blank = text.substring(lineStart).chars().allMatch(TextParts::isSpace);
        return opensLine && blank ? text.substring(0, lineStart) : text;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw new TemplateFault("a comment without an end");
        }
        boolean minus = end > position && source.charAt(end - 1) == '-';
        boolean plus = end > position && source.charAt(end - 1) == '+';
        advance(end + 2);
        behindTag(minus, plus);
    }

    /// `{% raw %}`: what follows up to `{% endraw %}` is text.
    private boolean raw() {
        int name = skipSpaces(position);
        if (!source.startsWith("raw", name)) {
            return false;
        }
        int close = skipSpaces(name + 3);
        boolean minus = close < source.length() && source.charAt(close) == '-';
        close += minus ? 1 : 0;
        if (!source.startsWith("%}", close)) {
            return false;
        }
        advance(close + 2);
        behindTag(minus, false);
        int from = position;
        int open = from - 1;
        while ((open = source.indexOf("{%", open + 1)) >= 0) {
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            int end = skipSpaces(open + 2 + (sign == '-' || sign == '+' ? 1 : 0));
            if (source.startsWith("endraw", end)) {
                data(textBefore(open, '%', sign));
                int after = skipSpaces(end + 6);
                boolean endMinus = after < source.length() && source.charAt(after) == '-';
                after += endMinus ? 1 : 0;
                if (!source.startsWith("%}", after)) {
                    throw new TemplateFault("an unfinished endraw");
                }
                advance(after + 2);
                behindTag(endMinus, false);
                return true;
            }
        }
        throw new TemplateFault("a raw block without an end");
    }

    private int skipSpaces(int from) {
        int at = from;
        while (at < source.length() && TextParts.isSpace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    /// Tokens up to `close`. Brackets are counted, because `}}` may end a dictionary.
    private void inside(String close, Token.Kind end) {
        int open = 0;
        while (true) {
            advance(skipSpaces(position));
            if (position >= source.length()) {
                throw new TemplateFault("a tag without an end");
            }
            char next = source.charAt(position);
            boolean signed =
                    (next == '-' || (next == '+' && close.equals("%}")))
                            && source.startsWith(close, position + 1);
            if (open == 0 && (signed || source.startsWith(close, position))) {
                add(end, "");
                advance(position + close.length() + (signed ? 1 : 0));
                if (close.equals("%}") || next == '-') {
                    behindTag(signed && next == '-', signed && next == '+');
                }
                return;
            }
            if (next == '(' || next == '[' || next == '{') {
                open++;
            } else if (next == ')' || next == ']' || next == '}') {
                open--;
            }
            tokens.add(new TokenReader(source, position, line).read());
            advance(TokenReader.end(source, position));
        }
    }

    private void behindTag(boolean minus, boolean plus) {
        if (minus) {
            advance(skipSpaces(position));
        } else if (!plus && position < source.length() && source.charAt(position) == '\n') {
            advance(position + 1);
        }
    }

    private void advance(int to) {
        for (int i = position; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        position = to;
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }
}
