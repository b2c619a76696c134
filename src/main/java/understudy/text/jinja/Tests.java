package understudy.text.jinja;

import understudy.text.jinja.Value.Bool;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Int;
import understudy.text.jinja.Value.Missing;
import understudy.text.jinja.Value.Real;
import understudy.text.jinja.Value.Seq;

/// What stands behind `is`, and the comparing operators.
final class Tests {
    private final Budget budget;

    Tests(Budget budget) {
        this.budget = budget;
    }

    /// @param arguments the value in question first
    boolean holds(String name, Arguments arguments) {
        Value value = arguments.required(0);
        return switch (name) {
            case "defined" -> !(value instanceof Missing);
            case "undefined" -> value instanceof Missing;
            case "none" -> value == Value.None.NONE;
            case "string" -> value instanceof Text;
            case "mapping" -> value instanceof Dict;
            case "iterable", "sequence" ->
                    value instanceof Seq
                            || value instanceof Dict
                            || value instanceof Text
                            || value instanceof Missing;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Int;
            case "float" -> value instanceof Real;
            case "boolean" -> value instanceof Bool;
            case "true" -> value.equals(Value.of(true));
            case "false" -> value.equals(Value.of(false));
            case "callable" -> value instanceof Function;
            case "odd" -> Math.floorMod(Values.whole(value), 2L) == 1;
            case "even" -> Math.floorMod(Values.whole(value), 2L) == 0;
            case "lower" -> isCase(value, false);
            case "upper" -> isCase(value, true);
            case "divisibleby" -> divides(Values.whole(arguments.required(1)), value);
            case "sameas" -> value.equals(arguments.required(1));
            default -> compare(operator(name), value, arguments.required(1));
        };
    }

    private static String operator(String test) {
        return switch (test) {
            case "equalto", "eq", "==" -> "==";
            case "ne", "!=" -> "!=";
            case "lt", "lessthan" -> "<";
            case "le" -> "<=";
            case "gt", "greaterthan" -> ">";
            case "ge" -> ">=";
            case "in" -> "in";
            default -> throw new TemplateFault("the test '" + test + "', which is not known");
        };
    }

    boolean compare(String operator, Value left, Value right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right, budget);
            case "!=" -> !Values.equal(left, right, budget);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            case ">=" -> Values.compare(left, right) >= 0;
            case "in" -> Values.contains(right, left, budget);
            case "not in" -> !Values.contains(right, left, budget);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static boolean divides(long divisor, Value value) {
        if (divisor == 0) {
            throw new TemplateFault("a division by zero");
        }
        return Values.whole(value) % divisor == 0;
    }

    private static boolean isCase(Value value, boolean upper) {
        String text = Values.text(value).characters();
        return text.codePoints().anyMatch(Character::isLetter)
                && text.codePoints()
                        .noneMatch(upper ? Character::isLowerCase : Character::isUpperCase);
    }
}
