package understudy.text;

import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;
import understudy.text.Tokenizer.Place;

/// What happens to text before it is cut into words.
record Normalizer(List<Step> steps) {
    static final Normalizer NONE = new Normalizer(List.of());

    Normalizer {
        steps = List.copyOf(steps);
    }

    /// One change of the text.
    sealed interface Step {
        /// Unicode composition or decomposition.
        record Unicode(Form form) implements Step {}

        /// Puts `text` before every stretch that does not continue another.
        record Prepend(String text) implements Step {}

        record Replace(String from, String to) implements Step {}

        record LowerCase() implements Step {}
    }

    String apply(String text, Place place) {
        String result = text;
        for (Step step : steps) {
            result =
                    switch (step) {
                        case Step.Unicode(Form form) ->
                                java.text.Normalizer.normalize(result, form);
                        case Step.Prepend(String prefix) ->
                                place == Place.CONTINUES || result.isEmpty()
                                        ? result
                                        : prefix + result;
                        case Step.Replace(String from, String to) -> result.replace(from, to);
                        case Step.LowerCase() -> result.toLowerCase(Locale.ROOT);
                    };
        }
        return result;
    }
}
