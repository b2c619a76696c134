package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import understudy.dataset.DatasetRow;
import understudy.text.ConversationEncoder;
import understudy.text.Tokenizer;

/// The held-out messages that are answered, and what is held against the answers.
///
/// @param questions   own held-out exchanges, drawn by the seed, in the order of the chats
/// @param truth       what the person answered, cut as written replies are
/// @param earlier     own exchanges of the training conversations, one a question, whose message is
///     about as long; empty where there are none
/// @param others      what other people answered in the held-out conversations, one a question, to
///     messages about as long; empty where there are none
/// @param own         all own exchanges of the training conversations
/// @param ofOthers    all of other people there
/// @param clusters    number of each question's conversation, from 0
record VoiceSample(
        List<Exchange> questions,
        List<String> truth,
        List<Exchange> earlier,
        List<Exchange> others,
        List<Exchange> own,
        List<Exchange> ofOthers,
        int[] clusters) {

    /// @param training rows of the parts train and validation
    /// @param most     questions
    static VoiceSample draw(
            List<DatasetRow> training,
            List<DatasetRow> heldout,
            ConversationEncoder encoder,
            int most,
            long seed) {
        Tokenizer tokenizer = encoder.tokenizer();
        List<Exchange> all = Exchange.own(heldout, encoder);
        List<Integer> order = shuffled(all.size(), seed);
        List<Exchange> questions =
                order.subList(0, Math.min(most, all.size())).stream()
                        .sorted()
                        .map(i -> ReplyWriter.trimmed(all.get(i), tokenizer))
                        .toList();
        List<Exchange> own = Exchange.own(training, encoder);
        return new VoiceSample(
                questions,
                questions.stream().map(q -> ReplyWriter.beginning(q.answer(), tokenizer)).toList(),
                matched(questions, own, seed),
                matched(questions, Exchange.others(heldout), seed),
                own,
                Exchange.others(training),
                clusters(questions));
    }

    private static List<Integer> shuffled(int size, long seed) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        return order;
    }

    /// For each question the unused candidate whose message's length is nearest in ratio; of equal
    /// ones any, by the seed. Once all are used they may be used again.
    private static List<Exchange> matched(
            List<Exchange> questions, List<Exchange> candidates, long seed) {
        if (candidates.isEmpty()) {
            return List.of();
        }
        List<Integer> order = shuffled(candidates.size(), seed + 1);
        double[] lengths = new double[candidates.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = Math.log1p(candidates.get(i).askedLength());
        }
        boolean[] used = new boolean[lengths.length];
        int free = lengths.length;
        List<Exchange> matched = new ArrayList<>();
        for (Exchange question : questions) {
            if (free == 0) {
                used = new boolean[lengths.length];
                free = lengths.length;
            }
            double length = Math.log1p(question.askedLength());
            int best = -1;
            for (int i : order) {
                if (!used[i]
                        && (best < 0
                                || Math.abs(lengths[i] - length)
                                        < Math.abs(lengths[best] - length))) {
                    best = i;
                }
            }
            used[best] = true;
            free--;
            matched.add(candidates.get(best));
        }
        return matched;
    }

    private static int[] clusters(List<Exchange> questions) {
        Map<String, Integer> numbers = new HashMap<>();
        int[] clusters = new int[questions.size()];
        for (int i = 0; i < clusters.length; i++) {
            Integer next = numbers.size();
            Integer known = numbers.putIfAbsent(questions.get(i).conversation(), next);
            clusters[i] = known == null ? next : known;
        }
        return clusters;
    }

    int conversations() {
        int most = -1;
        for (int cluster : clusters) {
            most = Math.max(most, cluster);
        }
        return most + 1;
    }
}
