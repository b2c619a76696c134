package understudy.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Value.Missing;
import understudy.text.jinja.Value.Real;
import understudy.text.jinja.Value.Seq;

/// Filters that take lists, and rounding.
final class ListFilters {
    private final Budget budget;

    ListFilters(Budget budget) {
        this.budget = budget;
    }

    Value apply(String name, Value of, Arguments arguments) {
        return switch (name) {
            case "list" -> new Seq(items(of));
            case "first" -> edge(items(of), true);
            case "last" -> edge(items(of), false);
            case "join" -> join(of, arguments);
            case "reverse" -> reverse(of);
            case "unique" -> unique(items(of));
            case "sort" -> sort(of, arguments);
            case "dictsort" -> dictsort(of);
            case "min" -> extreme(items(of), -1);
            case "max" -> extreme(items(of), 1);
            case "sum" -> sum(items(of));
            case "round" -> round(of, arguments);
            default -> throw new TemplateFault("the filter '" + name + "', which is not known");
        };
    }

    private List<Value> items(Value of) {
        return Values.items(of, budget);
    }

    private static Value edge(List<Value> items, boolean first) {
        if (items.isEmpty()) {
            return new Missing("item of an empty list");
        }
        return first ? items.getFirst() : items.getLast();
    }

    private Value join(Value of, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("d", "attribute");
        Text between = bound[0] == null ? Text.EMPTY : Values.print(bound[0], budget);
        List<Value> parts = new ArrayList<>();
        for (Value item : items(of)) {
            parts.add(bound[1] == null ? item : Filters.attribute(item, bound[1]));
        }
        return join(between, parts, budget);
    }

    static Text join(Text between, List<Value> parts, Budget budget) {
        Text.Builder joined = new Text.Builder();
        for (int i = 0; i < parts.size(); i++) {
            Text part = Values.print(parts.get(i), budget);
            budget.text(joined.length(), (long) part.length() + between.length());
            joined.append(i == 0 ? Text.EMPTY : between).append(part);
        }
        return joined.build();
    }

    private Value reverse(Value of) {
        List<Value> reversed = items(of).reversed();
        return of instanceof Text ? join(Text.EMPTY, reversed, budget) : new Seq(reversed);
    }

    private Value unique(List<Value> items) {
        List<Value> kept = new ArrayList<>();
        for (Value item : items) {
            if (kept.stream().noneMatch(k -> Values.equal(folded(k), folded(item), budget))) {
                kept.add(item);
            }
            budget.steps(kept.size());
        }
        return new Seq(kept);
    }

    /// Jinja sorts and tells apart without regard to case.
    private static Value folded(Value value) {
        return value instanceof Text text ? text.map(t -> t.toLowerCase(Locale.ROOT)) : value;
    }

    private Value sort(Value of, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("reverse", "case_sensitive", "attribute");
        boolean caseMatters = bound[1] != null && Values.isTrue(bound[1]);
        Value attribute = bound[2];
        List<Value> sorted = new ArrayList<>(items(of));
        Comparator<Value> order =
                (a, b) -> {
                    budget.step();
                    Value left = attribute == null ? a : Filters.attribute(a, attribute);
                    Value right = attribute == null ? b : Filters.attribute(b, attribute);
                    return caseMatters
                            ? Values.compare(left, right)
                            : Values.compare(folded(left), folded(right));
                };
        boolean backwards = bound[0] != null && Values.isTrue(bound[0]);
        sorted.sort(backwards ? order.reversed() : order);
        return new Seq(sorted);
    }

    private Value dictsort(Value of) {
        List<Map.Entry<Value, Value>> entries = new ArrayList<>(Filters.entries(of).entrySet());
        entries.sort((a, b) -> {
            budget.step();
            return Values.compare(folded(a.getKey()), folded(b.getKey()));
        });
        List<Value> pairs = new ArrayList<>();
        entries.forEach(e -> pairs.add(new Seq(List.of(e.getKey(), e.getValue()))));
        return new Seq(pairs);
    }

    private static Value extreme(List<Value> items, int sign) {
        Value best = null;
        for (Value item : items) {
            if (best == null || Values.compare(folded(item), folded(best)) * sign > 0) {
                best = item;
            }
        }
        return best == null ? new Missing("item of an empty list") : best;
    }

    private Value sum(List<Value> items) {
        Arithmetic arithmetic = new Arithmetic(budget);
        Value total = Value.of(0);
        for (Value item : items) {
            total = arithmetic.apply("+", total, item);
        }
        return total;
    }

    /// Python rounds halves to the even neighbour.
    private static Value round(Value of, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("precision", "method");
        if (bound[1] != null) {
            throw new TemplateFault("a method for round, which is not supported");
        }
        long digits = bound[0] == null ? 0 : Math.clamp(Values.whole(bound[0]), 0, 15);
        double scale = Math.pow(10, (double) digits);
        return new Real(Math.rint(Values.real(of) * scale) / scale);
    }
}
