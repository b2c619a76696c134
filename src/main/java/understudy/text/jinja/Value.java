package understudy.text.jinja;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A value a template works with, as in Python. Strings are [Text]s.
public sealed interface Value
        permits Text,
                Value.Int,
                Value.Real,
                Value.Bool,
                Value.None,
                Value.Missing,
                Value.Seq,
                Value.Dict,
                Value.Names,
                Value.Function {
    /// A whole number; Python's have no bound, here more than 64 bits are an error.
    record Int(long number) implements Value {}

    record Real(double number) implements Value {}

    record Bool(boolean truth) implements Value {}

    /// Python's `None`.
    enum None implements Value {
        NONE
    }

    /// What a name without a value gives: empty when printed, false when asked, an error when
    /// anything is looked up in it.
    ///
    /// @param name for the error
    record Missing(String name) implements Value {}

    /// A list or a tuple.
    record Seq(List<Value> items) implements Value {
        public Seq {
            items = List.copyOf(items);
        }
    }

    /// A dictionary in its order of insertion.
    record Dict(Map<Value, Value> entries) implements Value {
        public Dict {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /// A dictionary with strings as keys.
        public static Dict of(Map<String, ? extends Value> named) {
            Map<Value, Value> entries = new LinkedHashMap<>();
            named.forEach((name, value) -> entries.put(Text.of(name), value));
            return new Dict(entries);
        }
    }

    /// What `namespace()` makes, and `loop`: the only values that change.
    final class Names implements Value {
        private final Map<String, Value> values = new HashMap<>();

        Names(Map<String, Value> values) {
            this.values.putAll(values);
        }

        Value get(String name) {
            Value value = values.get(name);
            return value == null ? new Missing(name) : value;
        }

        void set(String name, Value value) {
            values.put(name, value);
        }
    }

    /// Something that can be called.
    ///
    /// @param name for errors
    record Function(String name, Body body) implements Value {
        /// What a call does.
        interface Body {
            Value call(Arguments arguments);
        }
    }

    static Value of(boolean truth) {
        return new Bool(truth);
    }

    static Value of(long number) {
        return new Int(number);
    }
}
