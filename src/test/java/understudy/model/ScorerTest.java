package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;

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

    /// The keys of a text this long are read head by head, since the scores of all would be many.
    @Test
    void aLongTextIsScoredAsItIsRead() {
        int[] shape = {64, 64, 1, 32, 2, 32, 64};
        ModelConfig config = ModelConfig.ofShape("llama", shape, 2048, true);
        int[] ids = new Random(SEED).ints(1100, 0, 64).toArray();
        BitSet all = new BitSet();
        all.set(1, ids.length);
        try (PointerScope scope = new PointerScope();
                LanguageModel model =
                        LanguageModel.random(
                                config, Placement.cpu(ComputeType.F32), Quantization.NONE, SEED)) {
            Tensor told = model.logits(ids).log_softmax(-1);
            float[] read = Golden.array(told.view(-1));
            double nats = 0;
            for (int i = 1; i < ids.length; i++) {
                nats -= read[(i - 1) * 64 + ids[i]];
            }
            double scored = new Scorer(model).nats(List.of(new Scorer.Scored(ids, all)))[0];
            assertThat(scored).isCloseTo(nats, within(1e-3 * nats));
            assertThat(scored / (ids.length - 1)).isCloseTo(Math.log(64), within(0.2));
        }
    }

    private static int first(float[] scores) {
        return IntStream.range(0, scores.length)
                .reduce((a, b) -> scores[b] > scores[a] ? b : a)
                .orElseThrow();
    }
}
