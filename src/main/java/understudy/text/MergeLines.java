package understudy.text;

/// Takes merges as files list them, the first one first, and refuses what cannot be one.
final class MergeLines {
    /// Most merges a file may have; the largest vocabularies in use have half a million.
    private static final int MAX_MERGES = 4_000_000;

    private final Vocabulary vocabulary;
    private final Merges merges;
    private final String origin;
    private int rank;

    MergeLines(Vocabulary vocabulary, Merges merges, String origin) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.origin = origin;
    }

    /// @param line two tokens with one blank between them
    void add(String line) {
        int blank = line.indexOf(' ');
        if (blank <= 0 || blank == line.length() - 1 || line.indexOf(' ', blank + 1) >= 0) {
            throw Vocabulary.broken("a merge that is not two tokens, number " + rank, origin);
        }
        add(line.substring(0, blank), line.substring(blank + 1));
    }

    void add(String left, String right) {
        if (rank == MAX_MERGES) {
            throw Vocabulary.broken("more than %d merges".formatted(MAX_MERGES), origin);
        }
        int leftId = vocabulary.id(left);
        int rightId = vocabulary.id(right);
        int merged =
                leftId == Vocabulary.NONE || rightId == Vocabulary.NONE
                        ? Vocabulary.NONE
                        : vocabulary.id(left.concat(right));
        if (merged == Vocabulary.NONE) {
            throw Vocabulary.broken(
                    "a merge of or into something that is no token, number " + rank, origin);
        }
        merges.add(leftId, rightId, rank++, merged);
    }
}
