package understudy.dataset.facts;

import java.util.List;

/// A question that is kept back, and what answers it.
///
/// @param topic     what it asks for
/// @param text      in a wording that is never learned
/// @param values    what a right answer says, one of them; empty where the fact is unknown
/// @param practised whether answers to other wordings of it are learned
public record FactQuestion(String topic, String text, List<String> values, boolean practised) {
    public FactQuestion {
        values = List.copyOf(values);
    }

    public boolean known() {
        return !values.isEmpty();
    }

    /// Whether a reply is right: says the fact; or, where it is unknown, asserts nothing.
    ///
    /// @param others values of all facts, none of which answers a question about an unknown one
    public boolean right(String reply, List<String> others) {
        String normal = Normal.of(reply);
        if (known()) {
            return values.stream().anyMatch(value -> Normal.has(normal, value));
        }
        return Evasions.evasive(reply)
                && others.stream().noneMatch(value -> Normal.has(normal, value));
    }
}
