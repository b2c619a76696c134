package understudy.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Syntax.CallArguments;
import understudy.text.jinja.Syntax.Expr;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Missing;
import understudy.text.jinja.Value.Names;
import understudy.text.jinja.Value.Seq;

/// Works out expressions.
final class Evaluator {
    private final Budget budget;
    private final Filters filters;
    private final Tests tests;
    private final Methods methods;
    private final Arithmetic arithmetic;

    Evaluator(Budget budget) {
        this.budget = budget;
        this.tests = new Tests(budget);
        this.filters = new Filters(budget, tests);
        this.methods = new Methods(budget);
        this.arithmetic = new Arithmetic(budget);
    }

    Value value(Expr expression, Scope scope) {
        budget.enter();
        Value value = dispatch(expression, scope);
        budget.leave();
        return value;
    }

    private Value dispatch(Expr expression, Scope scope) {
        return switch (expression) {
            case Expr.Constant(Value value) -> value;
            case Expr.Name(String name) -> scope.get(name);
            case Expr.ListOf(List<Expr> items) -> new Seq(values(items, scope));
            case Expr.DictOf dict -> dictionary(dict, scope);
            case Expr.Attribute(Expr of, String name) -> attribute(value(of, scope), name);
            case Expr.Item(Expr of, Expr index) -> item(value(of, scope), value(index, scope));
            case Expr.Slice slice -> slice(slice, scope);
            case Expr.Call(Expr of, CallArguments arguments) -> call(of, arguments, scope);
            case Expr.Filter filter -> filter(filter, scope);
            case Expr.Test test -> test(test, scope);
            case Expr.Binary(String operator, Expr left, Expr right) ->
                    arithmetic.apply(operator, value(left, scope), value(right, scope));
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.And(Expr left, Expr right) -> {
                Value first = value(left, scope);
                yield Values.isTrue(first) ? value(right, scope) : first;
            }
            case Expr.Or(Expr left, Expr right) -> {
                Value first = value(left, scope);
                yield Values.isTrue(first) ? first : value(right, scope);
            }
            case Expr.Not(Expr of) -> Value.of(!Values.isTrue(value(of, scope)));
            case Expr.Negative(Expr of) -> arithmetic.negative(value(of, scope));
            case Expr.Choice choice -> choice(choice, scope);
        };
    }

    private List<Value> values(List<Expr> expressions, Scope scope) {
        List<Value> values = new ArrayList<>();
        for (Expr expression : expressions) {
            values.add(value(expression, scope));
        }
        return values;
    }

    private Value dictionary(Expr.DictOf dict, Scope scope) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        for (int i = 0; i < dict.keys().size(); i++) {
            Value key = value(dict.keys().get(i), scope);
            if (!(key instanceof Text) && !Values.isNumber(key) && key != Value.None.NONE) {
                throw new TemplateFault("a " + Values.kind(key) + " as a key");
            }
            entries.put(key, value(dict.values().get(i), scope));
        }
        return new Dict(entries);
    }

    private Value choice(Expr.Choice choice, Scope scope) {
        if (Values.isTrue(value(choice.condition(), scope))) {
            return value(choice.then(), scope);
        }
        Expr otherwise = choice.otherwise();
        return otherwise == null ? new Missing("else") : value(otherwise, scope);
    }

    /// `of.name`: a method before an entry, as in Python.
    private Value attribute(Value of, String name) {
        if (of instanceof Names names) {
            return names.get(name);
        }
        Function method = methods.find(of, name);
        return method != null ? method : item(of, Text.of(name));
    }

    /// `of[index]`: an entry before a method.
    private Value item(Value of, Value index) {
        if (of instanceof Missing) {
            throw new TemplateFault("a look into a " + Values.kind(of));
        }
        Value found = null;
        if (of instanceof Dict(Map<Value, Value> entries)) {
            found = entries.get(index);
        } else if (index instanceof Value.Int(long number)) {
            found = at(of, number);
        }
        if (found == null && index instanceof Text name) {
            found =
                    of instanceof Names names
                            ? names.get(name.characters())
                            : methods.find(of, name.characters());
        }
        return found != null ? found : new Missing(Values.print(index, budget).characters());
    }

    private @Nullable Value at(Value of, long index) {
        if (!(of instanceof Seq) && !(of instanceof Text)) {
            return null;
        }
        long size = Values.size(of);
        long place = index < 0 ? index + size : index;
        if (place < 0 || place >= size) {
            return null;
        }
        budget.text(of instanceof Text text ? text.length() : 0);
        return of instanceof Seq(List<Value> items)
                ? items.get((int) place)
                : TextParts.character((Text) of, (int) place);
    }

    private Value slice(Expr.Slice slice, Scope scope) {
        Value of = value(slice.of(), scope);
        List<Value> items = Values.items(of, budget);
        SliceBounds bounds =
                SliceBounds.of(
                        items.size(),
                        bound(slice.start(), scope),
                        bound(slice.stop(), scope),
                        bound(slice.step(), scope));
        List<Value> kept = new ArrayList<>();
        for (long i = bounds.start(); bounds.includes(i); i += bounds.step()) {
            kept.add(items.get((int) i));
        }
        if (!(of instanceof Text)) {
            return new Seq(kept);
        }
        Text.Builder text = new Text.Builder();
        kept.forEach(character -> text.append((Text) character));
        return text.build();
    }

    private @Nullable Long bound(@Nullable Expr expression, Scope scope) {
        if (expression == null) {
            return null;
        }
        Value value = value(expression, scope);
        return value == Value.None.NONE ? null : (Long) Values.whole(value);
    }

    private Value call(Expr of, CallArguments arguments, Scope scope) {
        Value called = value(of, scope);
        if (!(called instanceof Function(String name, Function.Body body))) {
            throw new TemplateFault("a call of a " + Values.kind(called));
        }
        return body.call(arguments(name, List.of(), arguments, scope));
    }

    private Arguments arguments(
            String of, List<Value> before, CallArguments arguments, Scope scope) {
        List<Value> place = new ArrayList<>(before);
        place.addAll(values(arguments.place(), scope));
        Map<String, Value> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, value(value, scope)));
        return new Arguments(of, place, named);
    }

    private Value filter(Expr.Filter filter, Scope scope) {
        Expr of = filter.of();
        if (of == null) {
            throw new IllegalStateException("the filter of a block has no value of its own");
        }
        return filter(filter, value(of, scope), scope);
    }

    /// Applies a filter to a value that is there already.
    Value filter(Expr.Filter filter, Value of, Scope scope) {
        return filters.apply(
                filter.name(), of, arguments(filter.name(), List.of(), filter.arguments(), scope));
    }

    private Value test(Expr.Test test, Scope scope) {
        Value of = value(test.of(), scope);
        Arguments arguments = arguments(test.name(), List.of(of), test.arguments(), scope);
        return Value.of(tests.holds(test.name(), arguments) != test.negated());
    }

    private Value compare(Expr.Compare compare, Scope scope) {
        Value left = value(compare.left(), scope);
        for (int i = 0; i < compare.operators().size(); i++) {
            Value right = value(compare.rights().get(i), scope);
            if (!tests.compare(compare.operators().get(i), left, right)) {
                return Value.of(false);
            }
            left = right;
        }
        return Value.of(true);
    }
}
