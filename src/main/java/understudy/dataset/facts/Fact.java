package understudy.dataset.facts;

/// Something that the owner wrote about themselves.
///
/// @param line  of the file, from 1
/// @param key   what it is about, as the owner named it, such as `home`; empty for a statement
/// @param value the rest, such as `Leipzig`, or the statement; never blank
/// @param topic the heading it stands under; empty for none
public record Fact(int line, String key, String value, String topic) {
    public Fact {
        if (value.isBlank()) {
            throw new IllegalArgumentException("a fact without a value");
        }
    }

    public boolean isStatement() {
        return key.isEmpty();
    }

    /// The same with other words for the value.
    public Fact with(String changed) {
        return changed.isBlank() ? this : new Fact(line, key, changed, topic);
    }

    /// Such as `home: Leipzig`.
    public String text() {
        return isStatement() ? value : key + ": " + value;
    }
}
