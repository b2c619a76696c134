package understudy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import understudy.text.jinja.Value.Bool;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Int;
import understudy.text.jinja.Value.Missing;
import understudy.text.jinja.Value.Names;
import understudy.text.jinja.Value.None;
import understudy.text.jinja.Value.Real;
import understudy.text.jinja.Value.Seq;

/// What Python does with any value: truth, equality, order, size, printing.
final class Values {
    private Values() {}

    static boolean isTrue(Value value) {
        return switch (value) {
            case Text text -> !text.isEmpty();
            case Int(long number) -> number != 0;
            case Real(double number) -> number != 0;
            case Bool(boolean truth) -> truth;
            case None none -> false;
            case Missing missing -> false;
            case Seq(List<Value> items) -> !items.isEmpty();
            case Dict(Map<Value, Value> entries) -> !entries.isEmpty();
            case Names names -> true;
            case Function function -> true;
        };
    }

    static boolean isNumber(Value value) {
        return value instanceof Int || value instanceof Real || value instanceof Bool;
    }

    static double real(Value value) {
        return value instanceof Real(double number) ? number : (double) whole(value);
    }

    /// A whole number; true is 1.
    static long whole(Value value) {
        return switch (value) {
            case Int(long number) -> number;
            case Bool(boolean truth) -> truth ? 1 : 0;
            default -> throw new TemplateFault("a " + kind(value) + " where a number belongs");
        };
    }

    static Text text(Value value) {
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateFault("a " + kind(value) + " where a string belongs");
    }

    static boolean equal(Value left, Value right, Budget budget) {
        if (isNumber(left) && isNumber(right)) {
            boolean real = left instanceof Real || right instanceof Real;
            return real ? real(left) == real(right) : whole(left) == whole(right);
        }
        if (left instanceof Seq(List<Value> a) && right instanceof Seq(List<Value> b)) {
            return a.size() == b.size() && equalItems(a, b, budget);
        }
        if (left instanceof Dict(Map<Value, Value> a)
                && right instanceof Dict(Map<Value, Value> b)) {
            return a.keySet().equals(b.keySet())
                    && equalItems(
                            List.copyOf(a.values()),
                            a.keySet().stream().map(b::get).toList(),
                            budget);
        }
        if (left instanceof Missing && right instanceof Missing) {
            return true;
        }
        return left.equals(right);
    }

    private static boolean equalItems(List<Value> left, List<Value> right, Budget budget) {
        budget.enter();
        for (int i = 0; i < left.size(); i++) {
            budget.step();
            if (!equal(left.get(i), right.get(i), budget)) {
                budget.leave();
                return false;
            }
        }
        budget.leave();
        return true;
    }

    static int compare(Value left, Value right) {
        if (left instanceof Text a && right instanceof Text b) {
            return compareCodePoints(a.characters(), b.characters());
        }
        if (isNumber(left) && isNumber(right)) {
            boolean real = left instanceof Real || right instanceof Real;
            return real
                    ? Double.compare(real(left), real(right))
                    : Long.compare(whole(left), whole(right));
        }
        throw new TemplateFault("a comparison of a " + kind(left) + " with a " + kind(right));
    }

    private static int compareCodePoints(String left, String right) {
        return java.util.Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray());
    }

    static long size(Value value) {
        return switch (value) {
            case Text text -> TextParts.length(text);
            case Seq(List<Value> items) -> items.size();
            case Dict(Map<Value, Value> entries) -> entries.size();
            case Missing missing -> 0;
            default -> throw new TemplateFault("the length of a " + kind(value));
        };
    }

    /// What a loop sees.
    static List<Value> items(Value value, Budget budget) {
        List<Value> items =
                switch (value) {
                    case Seq(List<Value> list) -> list;
                    case Dict(Map<Value, Value> entries) -> List.copyOf(entries.keySet());
                    case Text text -> characters(text, budget);
                    case Missing missing -> List.of();
                    default -> throw new TemplateFault("a loop over a " + kind(value));
                };
        budget.steps(items.size());
        return items;
    }

    private static List<Value> characters(Text text, Budget budget) {
        budget.steps(text.length());
        List<Value> characters = new ArrayList<>();
        String all = text.characters();
        int next;
        for (int i = 0; i < all.length(); i = next) {
            next = all.offsetByCodePoints(i, 1);
            characters.add(text.slice(i, next));
        }
        return characters;
    }

    static boolean contains(Value whole, Value part, Budget budget) {
        if (whole instanceof Text text) {
            budget.steps(text.length() / 64);
            return text.characters().contains(text(part).characters());
        }
        if (whole instanceof Dict(Map<Value, Value> entries)) {
            return entries.containsKey(part);
        }
        for (Value item : items(whole, budget)) {
            if (equal(item, part, budget)) {
                return true;
            }
        }
        return false;
    }

    /// Python's `str`.
    static Text print(Value value, Budget budget) {
        Text printed =
                switch (value) {
                    case Text text -> text;
                    case Missing missing -> Text.EMPTY;
                    default -> Printer.repr(value, budget);
                };
        budget.text(printed.length());
        return printed;
    }

    /// For errors.
    static String kind(Value value) {
        return switch (value) {
            case Text text -> "string";
            case Int number -> "number";
            case Real number -> "number";
            case Bool truth -> "truth value";
            case None none -> "none";
            case Missing(String name) -> "missing value ('" + name + "' is undefined)";
            case Seq list -> "list";
            case Dict dict -> "dictionary";
            case Names names -> "namespace";
            case Function function -> "function";
        };
    }
}
