package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;

/// How often replies say word for word what the training conversations say.
///
/// A reply counts as copied where eight of its words in a row stand so in one training turn,
/// capitals and marks aside. Replies under eight words are left out: what is so short, everybody
/// says again.
///
/// @param share    of the replies with eight words or more that are copied, with Wilson's interval
/// @param eligible replies with eight words or more
/// @param longest  words of the longest copied stretch; 0 where there is none
record Copying(Estimate share, int eligible, int longest) {
    static final int RUN = 8;

    /// Measures several sets of replies in one pass over the training turns, whose number does not
    /// matter: only the replies' own runs are held.
    static List<Copying> of(Stream<String> training, List<List<String>> sets) {
        Map<String, Boolean> found = new HashMap<>();
        for (List<String> replies : sets) {
            replies.forEach(reply -> runs(reply).forEach(run -> found.put(run, false)));
        }
        training.forEach(
                turn -> runs(turn).forEach(run -> found.computeIfPresent(run, (r, was) -> true)));
        return sets.stream().map(replies -> of(replies, found)).toList();
    }

    private static Copying of(List<String> replies, Map<String, Boolean> found) {
        int eligible = 0;
        int copied = 0;
        int longest = 0;
        for (String reply : replies) {
            List<String> runs = runs(reply);
            int inRow = 0;
            int most = 0;
            for (String run : runs) {
                inRow = found.getOrDefault(run, false) ? inRow + 1 : 0;
                most = Math.max(most, inRow);
            }
            eligible += runs.isEmpty() ? 0 : 1;
            copied += most > 0 ? 1 : 0;
            longest = Math.max(longest, most == 0 ? 0 : most + RUN - 1);
        }
        return new Copying(Bootstrap.share(copied, eligible), eligible, longest);
    }

    private static List<String> runs(String text) {
        List<String> words = Words.words(text);
        List<String> runs = new ArrayList<>();
        for (int i = 0; i + RUN <= words.size(); i++) {
            runs.add(String.join(" ", words.subList(i, i + RUN)));
        }
        return runs;
    }
}
