package understudy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.text.jinja.Syntax.Expr;
import understudy.text.jinja.Syntax.Node;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Names;

/// Runs the nodes of a template.
final class Interpreter {
    private final Budget budget;
    private final Evaluator evaluator;
    private Text.Builder out = new Text.Builder();
    private int loopDepth;

    Interpreter(Budget budget) {
        this.budget = budget;
        this.evaluator = new Evaluator(budget);
    }

    /// How a list of nodes ended.
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    Text run(List<Node> nodes, Scope scope) {
        nodes(nodes, scope);
        return out.build();
    }

    private Flow nodes(List<Node> nodes, Scope scope) {
        budget.enter();
        Flow flow = Flow.ON;
        for (Node node : nodes) {
            budget.at(node.line());
            flow = node(node, scope);
            if (flow != Flow.ON) {
                break;
            }
        }
        budget.leave();
        return flow;
    }

    private Flow node(Node node, Scope scope) {
        switch (node) {
            case Node.Data(int line, Text text) -> write(text);
            case Node.Output(int line, Expr value) ->
                    write(Values.print(evaluator.value(value, scope), budget));
            case Node.If branch -> {
                boolean holds = Values.isTrue(evaluator.value(branch.condition(), scope));
                return nodes(holds ? branch.then() : branch.otherwise(), scope);
            }
            case Node.For loop -> {
                return loop(loop, scope);
            }
            case Node.Set set -> assign(set, scope);
            case Node.SetBlock set -> assign(set, scope);
            case Node.Macro macro -> scope.set(macro.name(), function(macro, scope));
            case Node.Scope(int line, List<Node> body) -> {
                return nodes(body, new Scope(scope));
            }
            case Node.Break end -> {
                return inLoop(Flow.BREAK);
            }
            case Node.Continue end -> {
                return inLoop(Flow.CONTINUE);
            }
        }
        return Flow.ON;
    }

    private Flow inLoop(Flow flow) {
        if (loopDepth == 0) {
            throw new TemplateFault("a break or continue outside a loop");
        }
        return flow;
    }

    private void write(Text text) {
        budget.text(out.length(), text.length());
        out.append(text);
    }

    private Flow loop(Node.For loop, Scope scope) {
        List<Value> items = Values.items(evaluator.value(loop.over(), scope), budget);
        Expr condition = loop.condition();
        if (condition != null) {
            List<Value> kept = new ArrayList<>();
            for (Value item : items) {
                if (Values.isTrue(evaluator.value(condition, turnScope(loop, item, scope)))) {
                    kept.add(item);
                }
            }
            items = kept;
        }
        if (items.isEmpty()) {
            return nodes(loop.otherwise(), scope);
        }
        loopDepth++;
        for (int i = 0; i < items.size(); i++) {
            budget.step();
            Scope turn = turnScope(loop, items.get(i), scope);
            turn.set("loop", Loop.turn(items, i, budget));
            if (nodes(loop.body(), turn) == Flow.BREAK) {
                break;
            }
        }
        loopDepth--;
        return Flow.ON;
    }

    private Scope turnScope(Node.For loop, Value item, Scope outer) {
        Scope scope = new Scope(outer);
        unpack(loop.names(), item, scope);
        return scope;
    }

    private void unpack(List<String> names, Value value, Scope scope) {
        if (names.size() == 1) {
            scope.set(names.getFirst(), value);
            return;
        }
        List<Value> parts = Values.items(value, budget);
        if (parts.size() != names.size()) {
            throw new TemplateFault("%d values for %d names".formatted(parts.size(), names.size()));
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(names.get(i), parts.get(i));
        }
    }

    private void assign(Node.Set set, Scope scope) {
        Value value = evaluator.value(set.value(), scope);
        String attribute = set.attribute();
        if (attribute == null) {
            unpack(set.names(), value, scope);
        } else {
            namespace(set.names().getFirst(), scope).set(attribute, value);
        }
    }

    private void assign(Node.SetBlock set, Scope scope) {
        Value value = captured(set.body(), new Scope(scope));
        for (Expr.Filter filter : set.filters()) {
            value = evaluator.filter(filter, value, scope);
        }
        String attribute = set.attribute();
        if (attribute == null) {
            scope.set(set.name(), value);
        } else {
            namespace(set.name(), scope).set(attribute, value);
        }
    }

    private static Names namespace(String name, Scope scope) {
        if (scope.get(name) instanceof Names names) {
            return names;
        }
        throw new TemplateFault("a set of an attribute of '" + name + "', which is no namespace");
    }

    /// What nodes write, instead of writing it.
    private Text captured(List<Node> nodes, Scope scope) {
        Text.Builder outer = out;
        out = new Text.Builder();
        int loops = loopDepth;
        loopDepth = 0;
        nodes(nodes, scope);
        loopDepth = loops;
        Text text = out.build();
        out = outer;
        return text;
    }

    private Function function(Node.Macro macro, Scope scope) {
        return new Function(macro.name(), arguments -> call(macro, arguments, scope));
    }

    private Value call(Node.Macro macro, Arguments arguments, Scope scope) {
        @Nullable Value[] bound = arguments.bind(macro.parameters().toArray(new String[0]));
        Scope inner = new Scope(scope);
        int required = bound.length - macro.defaults().size();
        for (int i = 0; i < bound.length; i++) {
            Value given = bound[i];
            String name = macro.parameters().get(i);
            if (given == null) {
                given =
                        i < required
                                ? new Value.Missing(name)
                                : evaluator.value(macro.defaults().get(i - required), inner);
            }
            inner.set(name, given);
        }
        int line = budget.line();
        Text text = captured(macro.body(), inner);
        budget.at(line);
        return text;
    }
}
