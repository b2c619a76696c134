package understudy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import understudy.text.jinja.Value.Int;
import understudy.text.jinja.Value.Real;
import understudy.text.jinja.Value.Seq;

/// `+ - * / // % ** ~`, by Python's rules, in 64 bits.
final class Arithmetic {
    private final Budget budget;

    Arithmetic(Budget budget) {
        this.budget = budget;
    }

    Value apply(String operator, Value left, Value right) {
        if (operator.equals("~")) {
            return join(Values.print(left, budget), Values.print(right, budget));
        }
        if (operator.equals("+") && left instanceof Text a && right instanceof Text b) {
            return join(a, b);
        }
        if (operator.equals("+")
                && left instanceof Seq(List<Value> a)
                && right instanceof Seq(List<Value> b)) {
            budget.steps((long) a.size() + b.size());
            List<Value> both = new ArrayList<>(a);
            both.addAll(b);
            return new Seq(both);
        }
        if (operator.equals("*") && left instanceof Text text && right instanceof Int(long n)) {
            return repeat(text, n);
        }
        if (operator.equals("*") && left instanceof Int(long n) && right instanceof Text text) {
            return repeat(text, n);
        }
        if (!Values.isNumber(left) || !Values.isNumber(right)) {
            throw new TemplateFault(
                    "a %s of a %s and a %s"
                            .formatted(
                                    "'" + operator + "'", Values.kind(left), Values.kind(right)));
        }
        boolean real = left instanceof Real || right instanceof Real || operator.equals("/");
        return real
                ? new Real(real(operator, Values.real(left), Values.real(right)))
                : whole(operator, Values.whole(left), Values.whole(right));
    }

    Value negative(Value of) {
        return of instanceof Real(double number)
                ? new Real(-number)
                : whole("-", 0, Values.whole(of));
    }

    private Text join(Text left, Text right) {
        budget.text((long) left.length() + right.length());
        return left.plus(right);
    }

    private Text repeat(Text text, long times) {
        long most = Math.max(0, times);
        if (text.isEmpty()) {
            return text;
        }
        budget.text(most > Integer.MAX_VALUE ? Long.MAX_VALUE : most * text.length());
        Text.Builder repeated = new Text.Builder();
        for (long i = 0; i < most; i++) {
            budget.step();
            repeated.append(text);
        }
        return repeated.build();
    }

    private static double real(String operator, double left, double right) {
        if (right == 0 && List.of("/", "//", "%").contains(operator)) {
            throw new TemplateFault("a division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - right * Math.floor(left / right);
            case "**" -> Math.pow(left, right);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private Value whole(String operator, long left, long right) {
        try {
            return switch (operator) {
                case "+" -> Value.of(Math.addExact(left, right));
                case "-" -> Value.of(Math.subtractExact(left, right));
                case "*" -> Value.of(Math.multiplyExact(left, right));
                case "//" -> Value.of(Math.floorDiv(left, right));
                case "%" -> Value.of(Math.floorMod(left, right));
                case "**" -> power(left, right);
                default -> throw new IllegalArgumentException(operator);
            };
        } catch (ArithmeticException e) {
            throw new TemplateFault("a division by zero, or a number of more than 64 bits");
        }
    }

    private Value power(long base, long exponent) {
        if (exponent < 0) {
            return new Real(Math.pow((double) base, (double) exponent));
        }
        long result = 1;
        for (long i = 0; i < exponent && result != 0; i++) {
            budget.step();
            result = Math.multiplyExact(result, base);
        }
        return Value.of(result);
    }
}
