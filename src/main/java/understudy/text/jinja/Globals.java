package understudy.text.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Names;
import understudy.text.jinja.Value.Seq;

/// The functions every template can call.
final class Globals {
    private Globals() {}

    /// @param now what `strftime_now` writes
    static Scope scope(LocalDateTime now, Budget budget) {
        Scope scope = new Scope(null);
        add(scope, "range", arguments -> range(arguments, budget));
        add(scope, "namespace", arguments -> new Names(named(arguments)));
        add(scope, "dict", arguments -> Dict.of(named(arguments)));
        add(scope, "raise_exception", arguments -> refuse(arguments, budget));
        add(
                scope,
                "strftime_now",
                arguments ->
                        Text.of(
                                DateFormat.format(
                                        Values.text(arguments.required(0)).characters(), now)));
        return scope;
    }

    private static void add(Scope scope, String name, Function.Body body) {
        scope.set(name, new Function(name, body));
    }

    /// Named arguments, and those of a dictionary given in place.
    private static Map<String, Value> named(Arguments arguments) {
        Map<String, Value> values = new LinkedHashMap<>();
        if (!arguments.place().isEmpty()) {
            Filters.entries(arguments.required(0))
                    .forEach((key, value) -> values.put(Values.text(key).characters(), value));
        }
        values.putAll(arguments.named());
        return values;
    }

    private static Value range(Arguments arguments, Budget budget) {
        int count = arguments.place().size();
        long start = count > 1 ? Values.whole(arguments.required(0)) : 0;
        long stop = Values.whole(arguments.required(count > 1 ? 1 : 0));
        long step = count > 2 ? Values.whole(arguments.required(2)) : 1;
        if (step == 0) {
            throw new TemplateFault("a range with step 0");
        }
        List<Value> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            budget.step();
            numbers.add(Value.of(i));
        }
        return new Seq(numbers);
    }

    /// The reason is shown only as far as the template wrote it: the rest may be a message.
    private static Value refuse(Arguments arguments, Budget budget) {
        Text reason = Values.print(arguments.required(0), budget);
        StringBuilder own = new StringBuilder();
        for (Text.Run run : reason.runs()) {
            boolean scaffold = run.origin() == Text.SCAFFOLD;
            own.append(scaffold ? reason.characters().substring(run.start(), run.end()) : "...");
        }
        throw new TemplateRefusal(own.toString(), budget.line());
    }
}
