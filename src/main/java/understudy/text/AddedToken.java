package understudy.text;

/// A token that is found in the text as a whole, before any merging.
///
/// @param control    never recognised in what a person wrote
/// @param normalized found in normalised text rather than in the text as it came
/// @param singleWord only where no letter or digit is next to it
/// @param left       swallows white space before it
/// @param right      swallows white space behind it
record AddedToken(
        String text,
        int id,
        boolean control,
        boolean normalized,
        boolean singleWord,
        boolean left,
        boolean right) {
    AddedToken {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an added token without text");
        }
    }

    /// A control token without further wishes, as in GGUF files.
    static AddedToken control(String text, int id) {
        return new AddedToken(text, id, true, false, false, false, false);
    }

    AddedToken asControl() {
        return new AddedToken(text, id, true, normalized, singleWord, left, right);
    }
}
