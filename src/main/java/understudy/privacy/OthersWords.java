package understudy.privacy;

import java.util.List;
import java.util.stream.Stream;

/// What other people wrote, as keyed hashes: enough to recognise it, not to read it.
public final class OthersWords {
    private OthersWords() {}

    public static OthersWords none() {
        return new OthersWords();
    }

    /// @param messages of everybody but the owner, in any order; read once, not kept
    /// @param regions  as [OutputFilter] takes them
    public static OthersWords of(Stream<String> messages, List<String> regions) {
        messages.forEach(m -> {});
        return new OthersWords();
    }

    public boolean isEmpty() {
        return true;
    }
}
