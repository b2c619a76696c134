package understudy.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Int;
import understudy.text.jinja.Value.Missing;
import understudy.text.jinja.Value.Real;
import understudy.text.jinja.Value.Seq;

/// What stands behind `|`.
final class Filters {
    private final Budget budget;
    private final Tests tests;
    private final ListFilters lists;

    Filters(Budget budget, Tests tests) {
        this.budget = budget;
        this.tests = tests;
        this.lists = new ListFilters(budget);
    }

    Value apply(String name, Value of, Arguments arguments) {
        return switch (name) {
            case "trim" -> trim(of, arguments);
            case "upper" -> print(of).map(text -> text.toUpperCase(Locale.ROOT));
            case "lower" -> print(of).map(text -> text.toLowerCase(Locale.ROOT));
            case "title" -> TextParts.titleFilter(print(of));
            case "capitalize" -> TextParts.capitalize(print(of));
            case "string", "safe" -> print(of);
            case "replace" -> replace(of, arguments);
            case "indent" -> indent(of, arguments);
            case "tojson" -> tojson(of, arguments);
            case "default", "d" -> orDefault(of, arguments);
            case "length", "count" -> Value.of(Values.size(of));
            case "int" -> toInt(of, arguments);
            case "float" -> toReal(of);
            case "abs" ->
                    of instanceof Real(double number)
                            ? new Real(Math.abs(number))
                            : Value.of(Math.abs(Values.whole(of)));
            case "items" -> items(of);
            case "map" -> map(of, arguments);
            case "select" -> select(of, arguments, false, true);
            case "reject" -> select(of, arguments, false, false);
            case "selectattr" -> select(of, arguments, true, true);
            case "rejectattr" -> select(of, arguments, true, false);
            default -> lists.apply(name, of, arguments);
        };
    }

    private Text print(Value value) {
        return Values.print(value, budget);
    }

    private Value trim(Value of, Arguments arguments) {
        Value dropped = arguments.bind("chars")[0];
        return Methods.strip(print(of), dropped, true, true);
    }

    private Value replace(Value of, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("old", "new", "count");
        if (bound[0] == null || bound[1] == null) {
            throw new TemplateFault("too few arguments for replace");
        }
        long most = bound[2] == null ? Long.MAX_VALUE : Values.whole(bound[2]);
        return TextParts.replace(print(of), print(bound[0]), print(bound[1]), most, budget);
    }

    /// Indents all lines but the first, and no empty ones.
    private Value indent(Value of, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("width", "first", "blank");
        Value width = bound[0] == null ? Value.of(4) : bound[0];
        Text margin = width instanceof Text given ? given : Text.of(" ".repeat(columns(width)));
        boolean first = bound[1] != null && Values.isTrue(bound[1]);
        boolean blank = bound[2] != null && Values.isTrue(bound[2]);
        Text text = print(of);
        List<Text> lines = Methods.lines(text.plus(Text.of("\n")), false);
        Text.Builder result = new Text.Builder();
        for (int i = 0; i < lines.size(); i++) {
            boolean empty = lines.get(i).isEmpty() && !blank;
            if (i == 0 ? first : !empty) {
                result.append(margin);
            }
            budget.text(result.length(), (long) margin.length() + lines.get(i).length());
            result.append(lines.get(i));
            if (i + 1 < lines.size()) {
                result.append("\n", Text.SCAFFOLD);
            }
        }
        return result.build();
    }

    private static int columns(Value width) {
        return Math.clamp(Values.whole(width), 0, 100);
    }

    /// As Hugging Face sets it: no HTML escapes, every character as it is.
    private Value tojson(Value of, Arguments arguments) {
        @Nullable Value[] bound =
                arguments.bind("ensure_ascii", "indent", "separators", "sort_keys");
        if (bound[2] != null && bound[2] != Value.None.NONE) {
            throw new TemplateFault("separators for tojson, which are not supported");
        }
        if (bound[0] != null && Values.isTrue(bound[0])) {
            throw new TemplateFault("ensure_ascii for tojson, which is not supported");
        }
        int indent = bound[1] == null || bound[1] == Value.None.NONE ? -1 : columns(bound[1]);
        boolean sorted = bound[3] != null && Values.isTrue(bound[3]);
        return Printer.json(of, indent, sorted, budget);
    }

    private static Value orDefault(Value of, Arguments arguments) {
        @Nullable Value[] bound = arguments.bind("default_value", "boolean");
        boolean falseToo = bound[1] != null && Values.isTrue(bound[1]);
        boolean missing = of instanceof Missing || (falseToo && !Values.isTrue(of));
        if (!missing) {
            return of;
        }
        return bound[0] == null ? Text.EMPTY : bound[0];
    }

    private static Value toInt(Value of, Arguments arguments) {
        Value given = arguments.bind("default", "base")[0];
        Value otherwise = given == null ? Value.of(0) : given;
        if (of instanceof Real(double number)) {
            return Value.of((long) number);
        }
        if (of instanceof Text text) {
            try {
                String digits = text.characters().strip();
                return digits.contains(".")
                        ? Value.of((long) Double.parseDouble(digits))
                        : Value.of(Long.parseLong(digits));
            } catch (NumberFormatException e) {
                return otherwise;
            }
        }
        return Values.isNumber(of) ? Value.of(Values.whole(of)) : otherwise;
    }

    private static Value toReal(Value of) {
        if (of instanceof Text text) {
            try {
                return new Real(Double.parseDouble(text.characters().strip()));
            } catch (NumberFormatException e) {
                return new Real(0);
            }
        }
        return new Real(Values.isNumber(of) ? Values.real(of) : 0);
    }

    private static Value items(Value of) {
        if (of instanceof Missing) {
            return new Seq(List.of());
        }
        if (!(of instanceof Dict(Map<Value, Value> entries))) {
            throw new TemplateFault("the items of a " + Values.kind(of));
        }
        return Methods.pairs(entries);
    }

    /// `map("filter", ...)` or `map(attribute="name", default=...)`.
    private Value map(Value of, Arguments arguments) {
        List<Value> mapped = new ArrayList<>();
        Value attribute = arguments.named().get("attribute");
        for (Value item : Values.items(of, budget)) {
            if (attribute != null) {
                Value found = attribute(item, attribute);
                Value otherwise = arguments.named().get("default");
                mapped.add(found instanceof Missing && otherwise != null ? otherwise : found);
            } else {
                String name = Values.text(arguments.required(0)).characters();
                Arguments rest = new Arguments(name, arguments.from(1).place(), arguments.named());
                mapped.add(apply(name, item, rest));
            }
        }
        return new Seq(mapped);
    }

    /// `select("test", ...)`, `selectattr("name", "test", ...)`; without a test, truth.
    private Value select(Value of, Arguments arguments, boolean byAttribute, boolean keep) {
        List<Value> kept = new ArrayList<>();
        int testAt = byAttribute ? 1 : 0;
        for (Value item : Values.items(of, budget)) {
            Value judged = byAttribute ? attribute(item, arguments.required(0)) : item;
            boolean holds;
            if (arguments.place().size() > testAt) {
                String test = Values.text(arguments.required(testAt)).characters();
                List<Value> place = new ArrayList<>(List.of(judged));
                place.addAll(arguments.from(testAt + 1).place());
                holds = tests.holds(test, new Arguments(test, place, Map.of()));
            } else {
                holds = Values.isTrue(judged);
            }
            if (holds == keep) {
                kept.add(item);
            }
        }
        return new Seq(kept);
    }

    /// An entry by its name; a name with points goes down several levels.
    static Value attribute(Value of, Value path) {
        Value found = of;
        if (path instanceof Int(long index)) {
            return found instanceof Seq(List<Value> items) && index >= 0 && index < items.size()
                    ? items.get((int) index)
                    : new Missing("item");
        }
        for (String name : Values.text(path).characters().split("\\.", -1)) {
            Value next = null;
            if (found instanceof Dict(Map<Value, Value> entries)) {
                next = entries.get(Text.of(name));
            } else if (found instanceof Value.Names names) {
                next = names.get(name);
            }
            found = next == null ? new Missing(name) : next;
        }
        return found;
    }

    /// A copy of a dictionary's entries, for filters that put them in order.
    static Map<Value, Value> entries(Value of) {
        if (of instanceof Dict(Map<Value, Value> entries)) {
            return new LinkedHashMap<>(entries);
        }
        throw new TemplateFault("a " + Values.kind(of) + " where a dictionary belongs");
    }
}
