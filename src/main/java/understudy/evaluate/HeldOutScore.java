package understudy.evaluate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.dataset.DatasetRow;
import understudy.model.LanguageModel;
import understudy.model.Scorer;

/// Bits per character of the owner's held-out turns, given what stands before them: how surprised
/// the model is by what the person really wrote.
///
/// `bits = Σ −log2 p(token)` over the tokens of own turns and their end marks, divided by the
/// Unicode code points of those turns; so models with other tokenizers can be compared. Lower is
/// better.
public final class HeldOutScore {
    private HeldOutScore() {}

    /// A score of some rows.
    ///
    /// @param nats       summed loss of own turns and their end marks
    /// @param characters code points of the own turns
    /// @param tokens     own tokens scored
    public record Score(double nats, long characters, long tokens) {
        static final Score NONE = new Score(0, 0, 0);

        /// NaN where there are no characters.
        public double bitsPerCharacter() {
            return nats / Math.log(2) / characters;
        }

        Score plus(Score other) {
            return new Score(
                    nats + other.nats, characters + other.characters, tokens + other.tokens);
        }
    }

    /// Scores of the same rows, put together in several ways.
    ///
    /// @param perPerson       by person talked to, most characters first
    /// @param perConversation of whole conversations with an own turn, in the order of their rows
    /// @param perRow          of each row, in the given order
    public record Scores(
            Score all,
            Map<String, Score> perPerson,
            Map<Conversation, Score> perConversation,
            List<Score> perRow) {}

    /// One block of a chat, whatever rows it became.
    public record Conversation(String person, String chat, int block) {
        /// The one that `row` is of, or a part of.
        public static Conversation of(DatasetRow row) {
            return new Conversation(row.person(), row.chat(), row.block());
        }
    }

    /// @param model with or without an adapter
    public static Scores of(LanguageModel model, List<DatasetRow> rows) {
        List<Scorer.Scored> texts = new ArrayList<>();
        for (DatasetRow row : rows) {
            texts.add(new Scorer.Scored(row.tokens().ids(), row.tokens().own()));
        }
        double[] nats = new Scorer(model).nats(texts);
        Score all = Score.NONE;
        Map<String, Score> people = new TreeMap<>();
        Map<Conversation, Score> conversations = new LinkedHashMap<>();
        List<Score> each = new ArrayList<>();
        for (int i = 0; i < nats.length; i++) {
            DatasetRow row = rows.get(i);
            Score score = new Score(nats[i], row.ownCharacters(), row.tokens().own().cardinality());
            all = all.plus(score);
            each.add(score);
            people.merge(row.person(), score, Score::plus);
            if (score.characters > 0) {
                conversations.merge(Conversation.of(row), score, Score::plus);
            }
        }
        Map<String, Score> ordered = new LinkedHashMap<>();
        people.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue().characters, a.getValue().characters))
                .forEach(e -> ordered.put(e.getKey(), e.getValue()));
        return new Scores(all, ordered, conversations, each);
    }

    /// Writes the rows that were scored, for an independent judge: one JSON line each with `ids`,
    /// `scored` (1 for a token of an own turn or its end mark), `characters`, `person`.
    public static void writeRows(List<DatasetRow> rows, Path file) throws IOException {
        PrivateFiles.write(
                file,
                out -> {
                    for (DatasetRow row : rows) {
                        Map<String, Object> line = new LinkedHashMap<>();
                        line.put("ids", row.tokens().ids());
                        line.put("scored", bits(row.tokens().own(), row.tokens().length()));
                        line.put("characters", row.ownCharacters());
                        line.put("person", row.person());
                        out.write(
                                (Json.json().writeValueAsString(line) + "\n")
                                        .getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    private static int[] bits(BitSet set, int length) {
        int[] bits = new int[length];
        for (int i = set.nextSetBit(0); i >= 0; i = set.nextSetBit(i + 1)) {
            bits[i] = 1;
        }
        return bits;
    }
}
