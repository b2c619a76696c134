package understudy.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The parts a template consists of.
final class Syntax {
    private Syntax() {}

    /// Something with a value.
    sealed interface Expr {
        record Constant(Value value) implements Expr {}

        record Name(String name) implements Expr {}

        record ListOf(List<Expr> items) implements Expr {}

        record DictOf(List<Expr> keys, List<Expr> values) implements Expr {}

        /// `of.name`
        record Attribute(Expr of, String name) implements Expr {}

        /// `of[index]`
        record Item(Expr of, Expr index) implements Expr {}

        /// `of[start:stop:step]`
        record Slice(Expr of, @Nullable Expr start, @Nullable Expr stop, @Nullable Expr step)
                implements Expr {}

        record Call(Expr of, CallArguments arguments) implements Expr {}

        record Filter(@Nullable Expr of, String name, CallArguments arguments) implements Expr {}

        record Test(Expr of, String name, CallArguments arguments, boolean negated)
                implements Expr {}

        record Binary(String operator, Expr left, Expr right) implements Expr {}

        /// `left < right`, `left in right`, and chains of them.
        record Compare(Expr left, List<String> operators, List<Expr> rights) implements Expr {}

        record And(Expr left, Expr right) implements Expr {}

        record Or(Expr left, Expr right) implements Expr {}

        record Not(Expr of) implements Expr {}

        record Negative(Expr of) implements Expr {}

        /// `then if condition else otherwise`
        record Choice(Expr condition, Expr then, @Nullable Expr otherwise) implements Expr {}
    }

    record CallArguments(List<Expr> place, Map<String, Expr> named) {
        static final CallArguments NONE = new CallArguments(List.of(), Map.of());
    }

    /// Something that writes or does.
    sealed interface Node {
        /// Line of the template, from 1.
        int line();

        record Data(int line, Text text) implements Node {}

        record Output(int line, Expr value) implements Node {}

        record If(int line, Expr condition, List<Node> then, List<Node> otherwise)
                implements Node {}

        record For(
                int line,
                List<String> names,
                Expr over,
                @Nullable Expr condition,
                List<Node> body,
                List<Node> otherwise)
                implements Node {}

        /// `{% set a, b = value %}`; with an attribute `{% set names.attribute = value %}`.
        record Set(int line, List<String> names, @Nullable String attribute, Expr value)
                implements Node {}

        /// `{% set name %}body{% endset %}`, its text through `filter`.
        record SetBlock(
                int line,
                String name,
                @Nullable String attribute,
                List<Expr.Filter> filters,
                List<Node> body)
                implements Node {}

        /// @param defaults for the last parameters
        record Macro(
                int line,
                String name,
                List<String> parameters,
                List<Expr> defaults,
                List<Node> body)
                implements Node {}

        /// `{% generation %}`: marks the assistant's words; here only a scope of its own.
        record Scope(int line, List<Node> body) implements Node {}

        record Break(int line) implements Node {}

        record Continue(int line) implements Node {}
    }
}
