package understudy.privacy;

/// Where in a text something personal stands.
///
/// @param start index of its first `char`
/// @param end   index after its last one
public record Finding(Kind kind, int start, int end) {
    public Finding {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException(start + " to " + end);
        }
    }
}
