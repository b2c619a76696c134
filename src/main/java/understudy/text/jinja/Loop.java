package understudy.text.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import understudy.text.jinja.Value.Function;
import understudy.text.jinja.Value.Missing;
import understudy.text.jinja.Value.Names;

/// What `loop` holds in one turn of a loop.
final class Loop {
    private Loop() {}

    /// @param index from 0
    static Names turn(List<Value> items, int index, Budget budget) {
        int size = items.size();
        Map<String, Value> values = new HashMap<>();
        values.put("index", Value.of(index + 1L));
        values.put("index0", Value.of(index));
        values.put("revindex", Value.of(size - index));
        values.put("revindex0", Value.of(size - index - 1L));
        values.put("first", Value.of(index == 0));
        values.put("last", Value.of(index == size - 1));
        values.put("length", Value.of(size));
        values.put("depth", Value.of(1)); // counts recursive loops only, which are not supported
        values.put("depth0", Value.of(0));
        values.put("previtem", index > 0 ? items.get(index - 1) : new Missing("loop.previtem"));
        values.put(
                "nextitem", index + 1 < size ? items.get(index + 1) : new Missing("loop.nextitem"));
        values.put(
                "cycle",
                new Function(
                        "cycle",
                        arguments -> {
                            budget.step();
                            int choices = Math.max(1, arguments.place().size());
                            return arguments.required(index % choices);
                        }));
        return new Names(values);
    }
}
