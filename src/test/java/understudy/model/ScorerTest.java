package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import understudy.tensor.ComputeType;

/// What a model makes of given tokens, in rows of several texts, is what it says token by token.
class ScorerTest {
    private static final long SEED = 23;

    @Test
    void theLikeliestTokensAreThoseThatGreedyDecodingTakes() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            int[] ids = new Random(SEED).ints(24, 0, 160).toArray();
            float[][] scores = new float[ids.length][];
            try (PointerScope scope = new PointerScope();
                    KvCache cache = model.newCache()) {
                for (int i = 0; i < ids.length; i++) {
                    scores[i] = Golden.array(model.next(new int[] {ids[i]}, cache));
                    if (i > 0 && i % 2 == 0 && i + 1 < ids.length) {
                        ids[i + 1] = first(scores[i]); // every second token is the likeliest one
                    }
                }
            }
            BitSet all = new BitSet();
            all.set(0, ids.length);
            BitSet some = new BitSet();
            some.set(5, 9);
            List<Scorer.Scored> texts =
                    List.of(
                            new Scorer.Scored(Arrays.copyOf(ids, 9), some),
                            new Scorer.Scored(ids, all));
            List<Scorer.Foreseen> foreseen = new Scorer(model).foreseen(texts);
            double[] nats = new Scorer(model).nats(texts);
            boolean[] likeliest = foreseen.get(1).likeliest();
            assertThat(likeliest).hasSize(ids.length - 1);
            assertThat(foreseen.get(0).likeliest()).isEqualTo(Arrays.copyOfRange(likeliest, 4, 8));
            for (int i = 1; i < ids.length; i++) {
                assertThat(likeliest[i - 1]).isEqualTo(first(scores[i - 1]) == ids[i]);
            }
            assertThat(IntStream.range(0, ids.length - 1).filter(i -> likeliest[i]).count())
                    .isBetween(8L, 20L);
            for (int i = 0; i < 2; i++) {
                assertThat(foreseen.get(i).nats()).isCloseTo(nats[i], within(1e-4));
            }
        }
    }

    private static int first(float[] scores) {
        return IntStream.range(0, scores.length)
                .reduce((a, b) -> scores[b] > scores[a] ? b : a)
                .orElseThrow();
    }
}
