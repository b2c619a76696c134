package understudy.text.jinja;

import java.util.List;

/// Tokens one after the other.
final class TokenStream {
    /// Deepest nesting of brackets and blocks.
    private static final int MAX_DEPTH = 80;

    private final List<Token> tokens;
    private int position;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(position);
    }

    Token peekSecond() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    /// Takes the next token; the last one, [Token.Kind#END], is never used up.
    Token next() {
        Token token = tokens.get(position);
        if (token.kind() != Token.Kind.END) {
            position++;
        }
        return token;
    }

    /// Takes the next token if it is the operator.
    boolean skipOperator(String operator) {
        if (peek().isOperator(operator)) {
            next();
            return true;
        }
        return false;
    }

    boolean skipName(String name) {
        if (peek().isName(name)) {
            next();
            return true;
        }
        return false;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw new TemplateFault("a place where '" + operator + "' is missing");
        }
    }

    Token expect(Token.Kind kind) {
        if (peek().kind() != kind) {
            throw new TemplateFault("something else where " + kind + " belongs");
        }
        return next();
    }

    String expectName() {
        return expect(Token.Kind.NAME).text();
    }

    int line() {
        return peek().line();
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new TemplateFault("too deep a nesting");
        }
    }

    void leave() {
        depth--;
    }
}
