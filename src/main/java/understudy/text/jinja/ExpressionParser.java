package understudy.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Syntax.CallArguments;
import understudy.text.jinja.Syntax.Expr;

/// Parses expressions, one method a level of precedence, from the loosest to the tightest.
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /// A whole expression; `a, b` is a tuple.
    Expr tuple() {
        return tuple(this::expression);
    }

    /// What a loop goes over: no `if`, since that filters the loop.
    Expr iterable() {
        return tuple(this::or);
    }

    private Expr tuple(Supplier<Expr> part) {
        Expr first = part.get();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expr> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (endsTuple()) {
                break;
            }
            items.add(part.get());
        }
        return new Expr.ListOf(items);
    }

    private boolean endsTuple() {
        Token next = tokens.peek();
        return next.kind() == Token.Kind.BLOCK_END
                || next.kind() == Token.Kind.OUTPUT_END
                || next.isOperator(")");
    }

    Expr expression() {
        tokens.enter();
        Expr value = or();
        while (tokens.skipName("if")) {
            Expr condition = or();
            Expr otherwise = tokens.skipName("else") ? expression() : null;
            value = new Expr.Choice(condition, value, otherwise);
        }
        tokens.leave();
        return value;
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (!tokens.skipName("not")) {
            return comparison();
        }
        tokens.enter();
        Expr negated = new Expr.Not(not());
        tokens.leave();
        return negated;
    }

    private Expr comparison() {
        Expr left = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> rights = new ArrayList<>();
        while (true) {
            Token next = tokens.peek();
            boolean notIn = next.isName("not") && tokens.peekSecond().isName("in");
            if (next.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(next.text())) {
                operators.add(tokens.next().text());
            } else if (next.isName("in") || notIn) {
                tokens.next();
                operators.add(notIn ? "not in" : "in");
                if (notIn) {
                    tokens.next();
                }
            } else {
                break;
            }
            rights.add(sum());
        }
        return rights.isEmpty() ? left : new Expr.Compare(left, operators, rights);
    }

    private Expr sum() {
        return binary(this::concatenation, "+", "-");
    }

    private Expr concatenation() {
        return binary(this::product, "~");
    }

    private Expr product() {
        return binary(this::power, "*", "/", "//", "%");
    }

    private Expr power() {
        return binary(() -> unary(true), "**");
    }

    private Expr binary(Supplier<Expr> part, String... operators) {
        Expr left = part.get();
        while (true) {
            Token next = tokens.peek();
            String found = null;
            for (String operator : operators) {
                found = next.isOperator(operator) ? operator : found;
            }
            if (found == null) {
                return left;
            }
            tokens.next();
            left = new Expr.Binary(found, left, part.get());
        }
    }

    private Expr unary(boolean withFilters) {
        tokens.enter();
        Expr value;
        if (tokens.skipOperator("-")) {
            value = new Expr.Negative(unary(false));
        } else if (tokens.skipOperator("+")) {
            value = unary(false);
        } else {
            value = postfix(primary());
        }
        tokens.leave();
        return withFilters ? filters(value) : value;
    }

    private Expr primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().kind() == Token.Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expr.Constant(Text.of(text.toString()));
            }
            case INT -> new Expr.Constant(integer(token.text()));
            case REAL -> new Expr.Constant(new Value.Real(Double.parseDouble(token.text())));
            case OPERATOR -> bracket(token.text());
            default -> throw new TemplateFault("an unfinished expression");
        };
    }

    private static Value integer(String digits) {
        try {
            return Value.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            throw new TemplateFault("a number of more than 64 bits");
        }
    }

    private static Expr name(String name) {
        return switch (name) {
            case "true", "True" -> new Expr.Constant(Value.of(true));
            case "false", "False" -> new Expr.Constant(Value.of(false));
            case "none", "None" -> new Expr.Constant(Value.None.NONE);
            default -> new Expr.Name(name);
        };
    }

    private Expr bracket(String operator) {
        return switch (operator) {
            case "(" -> {
                if (tokens.skipOperator(")")) {
                    yield new Expr.ListOf(List.of());
                }
                Expr inner = tuple();
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> list();
            case "{" -> dictionary();
            default -> throw new TemplateFault("'" + operator + "' where a value belongs");
        };
    }

    private Expr list() {
        List<Expr> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("]")) {
                    break;
                }
            }
            items.add(expression());
        }
        return new Expr.ListOf(items);
    }

    private Expr dictionary() {
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
        }
        return new Expr.DictOf(keys, values);
    }

    private Expr postfix(Expr start) {
        Expr value = start;
        while (true) {
            if (tokens.skipOperator(".")) {
                Token name = tokens.next();
                value =
                        switch (name.kind()) {
                            case NAME -> new Expr.Attribute(value, name.text());
                            case INT ->
                                    new Expr.Item(value, new Expr.Constant(integer(name.text())));
                            default -> throw new TemplateFault("a point without a name");
                        };
            } else if (tokens.skipOperator("[")) {
                value = subscript(value);
            } else if (tokens.peek().isOperator("(")) {
                value = new Expr.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expr subscript(Expr of) {
        Expr start = tokens.peek().isOperator(":") ? null : expression();
        if (start != null && !tokens.peek().isOperator(":")) {
            tokens.expectOperator("]");
            return new Expr.Item(of, start);
        }
        tokens.expectOperator(":");
        Expr stop = sliceBound();
        Expr step = tokens.skipOperator(":") ? sliceBound() : null;
        tokens.expectOperator("]");
        return new Expr.Slice(of, start, stop, step);
    }

    private @Nullable Expr sliceBound() {
        Token next = tokens.peek();
        return next.isOperator(":") || next.isOperator("]") ? null : expression();
    }

    private Expr filters(Expr start) {
        Expr value = start;
        while (true) {
            if (tokens.peek().isOperator("|")) {
                value = filter(value);
            } else if (tokens.skipName("is")) {
                value = test(value);
            } else if (tokens.peek().isOperator("(")) {
                value = new Expr.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    /// @param of null where the filter is for a block's text
    Expr.Filter filter(@Nullable Expr of) {
        tokens.expectOperator("|");
        String name = tokens.expectName();
        CallArguments arguments = tokens.peek().isOperator("(") ? arguments() : CallArguments.NONE;
        return new Expr.Filter(of, name, arguments);
    }

    private Expr test(Expr of) {
        boolean negated = tokens.skipName("not");
        String name = tokens.expectName();
        CallArguments arguments = CallArguments.NONE;
        if (tokens.peek().isOperator("(")) {
            arguments = arguments();
        } else if (takesArgument(tokens.peek())) {
            arguments = new CallArguments(List.of(postfix(primary())), Map.of());
        }
        return new Expr.Test(of, name, arguments, negated);
    }

    /// Whether the token begins the argument of a test, as in `is divisibleby 3`.
    private static boolean takesArgument(Token token) {
        return switch (token.kind()) {
            case NAME ->
                    !Set.of("else", "or", "and", "is", "if", "not", "in").contains(token.text());
            case STRING, INT, REAL -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }

    CallArguments arguments() {
        tokens.expectOperator("(");
        List<Expr> place = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            if (!place.isEmpty() || !named.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            if (tokens.peek().kind() == Token.Kind.NAME && tokens.peekSecond().isOperator("=")) {
                String name = tokens.expectName();
                tokens.expectOperator("=");
                named.put(name, expression());
            } else if (named.isEmpty()) {
                place.add(expression());
            } else {
                throw new TemplateFault("an argument without a name behind one with a name");
            }
        }
        return new CallArguments(place, named);
    }
}
