package understudy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Syntax.Expr;
import understudy.text.jinja.Syntax.Node;

/// Parses text, outputs and blocks.
final class Parser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /// @throws ParseFault with the line where it stopped
    static List<Node> parse(List<Token> tokens) {
        TokenStream stream = new TokenStream(tokens);
        try {
            return new Parser(stream).nodes(Set.of());
        } catch (TemplateFault e) {
            throw new ParseFault(String.valueOf(e.getMessage()), stream.line());
        }
    }

    /// What is wrong, and where.
    static final class ParseFault extends RuntimeException {
        private final int line;

        ParseFault(String message, int line) {
            super(message, null, false, false);
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    /// Nodes up to a block whose name is in `ends`; that block's name is then the next token.
    private List<Node> nodes(Set<String> ends) {
        tokens.enter();
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> nodes.add(new Node.Data(token.line(), Text.of(token.text())));
                case OUTPUT_BEGIN -> {
                    nodes.add(new Node.Output(token.line(), expressions.tuple()));
                    tokens.expect(Token.Kind.OUTPUT_END);
                }
                case BLOCK_BEGIN -> {
                    if (ends.contains(tokens.peek().text())) {
                        tokens.leave();
                        return nodes;
                    }
                    nodes.add(block());
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw new TemplateFault("a block without its end");
                    }
                    tokens.leave();
                    return nodes;
                }
            }
        }
    }

    private Node block() {
        int line = tokens.line();
        String name = tokens.expectName();
        return switch (name) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> set(line);
            case "macro" -> macro(line);
            case "generation" -> {
                endOfTag();
                List<Node> body = nodes(Set.of("endgeneration"));
                endOfBlock();
                yield new Node.Scope(line, body);
            }
            case "break" -> {
                endOfTag();
                yield new Node.Break(line);
            }
            case "continue" -> {
                endOfTag();
                yield new Node.Continue(line);
            }
            default -> throw new TemplateFault("the block '" + name + "', which is not supported");
        };
    }

    private void endOfTag() {
        tokens.expect(Token.Kind.BLOCK_END);
    }

    /// Takes the name of the closing block and its end.
    private void endOfBlock() {
        tokens.next();
        endOfTag();
    }

    private Node conditional(int line) {
        Expr condition = expressions.tuple();
        endOfTag();
        List<Node> then = nodes(Set.of("elif", "else", "endif"));
        String next = tokens.next().text();
        List<Node> otherwise = List.of();
        if (next.equals("elif")) {
            return new Node.If(line, condition, then, List.of(elif()));
        }
        endOfTag();
        if (next.equals("else")) {
            otherwise = nodes(Set.of("endif"));
            endOfBlock();
        }
        return new Node.If(line, condition, then, otherwise);
    }

    private Node elif() {
        tokens.enter();
        Node nested = conditional(tokens.line());
        tokens.leave();
        return nested;
    }

    private Node loop(int line) {
        List<String> names = names();
        if (!tokens.skipName("in")) {
            throw new TemplateFault("a for without in");
        }
        Expr over = expressions.iterable();
        Expr condition = tokens.skipName("if") ? expressions.expression() : null;
        endOfTag();
        List<Node> body = nodes(Set.of("else", "endfor"));
        List<Node> otherwise = List.of();
        if (tokens.next().isName("else")) {
            endOfTag();
            otherwise = nodes(Set.of("endfor"));
            tokens.next();
        }
        endOfTag();
        return new Node.For(line, names, over, condition, body, otherwise);
    }

    /// `a`, `a, b` or `(a, b)`.
    private List<String> names() {
        boolean bracket = tokens.skipOperator("(");
        List<String> names = new ArrayList<>(List.of(tokens.expectName()));
        while (tokens.skipOperator(",")) {
            names.add(tokens.expectName());
        }
        if (bracket) {
            tokens.expectOperator(")");
        }
        return names;
    }

    private Node set(int line) {
        List<String> names = names();
        String attribute = tokens.skipOperator(".") ? tokens.expectName() : null;
        if (attribute != null && names.size() > 1) {
            throw new TemplateFault("a set of several attributes");
        }
        if (tokens.skipOperator("=")) {
            Expr value = expressions.tuple();
            endOfTag();
            return new Node.Set(line, names, attribute, value);
        }
        if (names.size() > 1) {
            throw new TemplateFault("a set block with several names");
        }
        return setBlock(line, names.getFirst(), attribute);
    }

    private Node setBlock(int line, String name, @Nullable String attribute) {
        List<Expr.Filter> filters = new ArrayList<>();
        while (tokens.peek().isOperator("|")) {
            filters.add(expressions.filter(null));
        }
        endOfTag();
        List<Node> body = nodes(Set.of("endset"));
        endOfBlock();
        return new Node.SetBlock(line, name, attribute, filters, body);
    }

    private Node macro(int line) {
        String name = tokens.expectName();
        tokens.expectOperator("(");
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            parameters.add(tokens.expectName());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw new TemplateFault("a parameter without a default behind one with it");
            }
        }
        endOfTag();
        List<Node> body = nodes(Set.of("endmacro"));
        endOfBlock();
        return new Node.Macro(line, name, parameters, defaults, body);
    }
}
