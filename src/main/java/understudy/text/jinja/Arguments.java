package understudy.text.jinja;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a filter, test, method or macro is called with.
///
/// @param of    for errors: the name of what is called
/// @param place values without a name, in order
/// @param named values with one
record Arguments(String of, List<Value> place, Map<String, Value> named) {
    /// The arguments, put to the names of the parameters; null where one was not given.
    ///
    /// @throws TemplateFault where there are too many, or one of another name
    @Nullable Value[] bind(String... parameters) {
        if (place.size() > parameters.length) {
            throw new TemplateFault("too many arguments for " + of);
        }
        @Nullable Value[] bound = new Value[parameters.length];
        Set<String> left = new HashSet<>(named.keySet());
        for (int i = 0; i < parameters.length; i++) {
            bound[i] = i < place.size() ? place.get(i) : named.get(parameters[i]);
            left.remove(parameters[i]);
        }
        if (!left.isEmpty()) {
            throw new TemplateFault("an unknown argument for " + of);
        }
        return bound;
    }

    /// The argument at `index`.
    Value required(int index) {
        if (index >= place.size()) {
            throw new TemplateFault("too few arguments for " + of);
        }
        return place.get(index);
    }

    /// The same call without its first `index` arguments.
    Arguments from(int index) {
        return new Arguments(of, place.subList(Math.min(index, place.size()), place.size()), named);
    }
}
