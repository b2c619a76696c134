package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;

/// Several texts written in turn, and what is told of their tokens.
class SequenceTest {
    private static final long SEED = 31;

    private static final GenerateOptions RANDOM =
            new GenerateOptions.Builder().maxTokens(20).temperature(1).seed(1).build();

    private static LanguageModel model;
    private static final List<Adapter> adapters = new ArrayList<>();

    @BeforeAll
    static void load() {
        model = TinyModel.load("mistral", ComputeType.F32);
        for (int i = 0; i < 2; i++) {
            LoraConfig config = new LoraConfig(4, 8, 0, LoraConfig.ALL_TARGETS);
            Adapter adapter = Adapter.create(model, config, i, false);
            Random random = new Random(i);
            float[] values = new float[Math.toIntExact(adapter.size())];
            for (int j = 0; j < values.length; j++) {
                values[j] = (float) random.nextGaussian() / 4;
            }
            TinyModel.fill(adapter.parameters(), values);
            adapter.refresh();
            adapters.add(adapter);
        }
    }

    @AfterAll
    static void close() {
        adapters.forEach(Adapter::close);
        model.close();
    }

    private static int[] prompt(long seed, int length) {
        return new Random(seed).ints(length, 0, 160).toArray();
    }

    @Test
    void manyAtOnceComeOutAsAloneAndInOrder() {
        List<Generator.Request> requests = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 19; i++) {
            int[] prompt = prompt(SEED + i, 3 + 2 * i);
            GenerateOptions options = RANDOM.withSeed(i);
            requests.add(new Generator.Request(prompt, options));
            expected.add(alone(prompt, options, adapters.getFirst()));
        }
        List<Integer> told = new ArrayList<>();
        model.attach(adapters.getFirst());
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            List<Generator.Text> texts = generator.generateAll(requests, told::add);
            assertThat(texts.stream().map(Generator.Text::text).toList()).isEqualTo(expected);
            assertThat(texts.get(4).promptTokens()).isEqualTo(11);
            assertThat(generator.generateAll(List.of(), told::add)).isEmpty();
        } finally {
            model.detachAdapter();
        }
        assertThat(told).containsExactlyElementsOf(IntStream.rangeClosed(1, 19).boxed().toList());
    }

    private static String alone(int[] prompt, GenerateOptions options, @Nullable Adapter adapter) {
        try (Generator generator = new Generator(model, new LetterTokenizer());
                Sequence sequence = generator.start(prompt, options, adapter, true)) {
            return finish(sequence);
        }
    }

    private static String finish(Sequence sequence) {
        StringBuilder text = new StringBuilder();
        boolean more = true;
        while (more) {
            more = sequence.step();
            text.append(sequence.take());
        }
        return text.toString();
    }

    @Test
    void textsWrittenInTurnAreTheSameAsAlone() {
        List<@Nullable Adapter> through = new ArrayList<>(adapters);
        through.add(null);
        try (Generator generator = new Generator(model, new LetterTokenizer(), 2)) {
            for (int round = 0; round < 4; round++) {
                List<Sequence> sequences = new ArrayList<>();
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < 7; i++) {
                    int[] ids = prompt(i, 5 + 9 * i);
                    GenerateOptions options = RANDOM.withSeed(10 * round + i);
                    Adapter adapter = through.get(i % 3);
                    expected.add(alone(ids, options, adapter));
                    sequences.add(generator.start(ids, options, adapter, round % 2 == 0));
                }
                assertThat(inTurn(sequences, new Random(SEED + round)))
                        .as("round %d, seed %d", round, SEED)
                        .isEqualTo(expected);
                assertThat(expected.stream().distinct().count()).isGreaterThan(4);
                sequences.forEach(Sequence::close);
            }
        }
    }

    private static List<String> inTurn(List<Sequence> sequences, Random random) {
        StringBuilder[] texts = new StringBuilder[sequences.size()];
        Arrays.setAll(texts, i -> new StringBuilder());
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            open.add(i);
        }
        while (!open.isEmpty()) {
            int at = random.nextInt(open.size());
            int i = open.get(at);
            if (!sequences.get(i).step()) {
                open.remove(at);
            }
            texts[i].append(sequences.get(i).take());
        }
        return Arrays.stream(texts).map(StringBuilder::toString).toList();
    }

    @Test
    void anAdapterDoesNotReadWhatAnotherRemembers() {
        int[] ids = prompt(SEED, 40);
        try (Generator generator = new Generator(model, new LetterTokenizer(), 3)) {
            for (Adapter adapter : adapters) {
                try (Sequence sequence = generator.start(ids, RANDOM, adapter, false)) {
                    assertThat(sequence.cached()).isZero();
                    assertThat(finish(sequence)).isEqualTo(alone(ids, RANDOM, adapter));
                }
            }
            try (Sequence again = generator.start(ids, RANDOM, adapters.getFirst(), false)) {
                assertThat(again.cached()).isEqualTo(39);
            }
            try (Sequence fresh = generator.start(ids, RANDOM, adapters.getFirst(), true)) {
                assertThat(fresh.cached()).isZero();
            }
            generator.forget(adapters.getFirst());
            try (Sequence forgotten = generator.start(ids, RANDOM, adapters.getFirst(), false)) {
                assertThat(forgotten.cached()).isZero();
            }
        }
    }

    @Test
    void scoresAreTheModelsOwnChances() {
        int[] ids = prompt(SEED, 12);
        GenerateOptions options =
                new GenerateOptions.Builder(RANDOM)
                        .maxTokens(6)
                        .temperature(3)
                        .presencePenalty(1)
                        .topLogprobs(5)
                        .build();
        try (Generator generator = new Generator(model, new LetterTokenizer());
                Sequence sequence = generator.start(ids, options, null, true)) {
            finish(sequence);
            List<TokenScore> scores = sequence.takeScores();
            assertThat(scores).hasSize(6);
            assertThat(sequence.takeScores()).isEmpty();
            for (TokenScore score : scores) {
                double[] chances = logSoftmaxAfter(ids);
                assertThat(score.logprob()).isCloseTo(chances[score.id()], within(1e-3));
                List<Integer> likeliest =
                        java.util.stream.IntStream.range(0, chances.length)
                                .boxed()
                                .sorted((a, b) -> Double.compare(chances[b], chances[a]))
                                .limit(5)
                                .toList();
                assertThat(score.top().stream().map(TokenScore::id).toList()).isEqualTo(likeliest);
                assertThat(score.text()).isEqualTo(LetterTokenizer.letter(score.id()));
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = score.id();
            }
        }
    }

    private static double[] logSoftmaxAfter(int[] ids) {
        model.detachAdapter();
        try (PointerScope scope = new PointerScope()) {
            float[] all = TinyModel.floats(model.logits(ids));
            double[] last = new double[160];
            double sum = 0;
            for (int i = 0; i < 160; i++) {
                last[i] = all[all.length - 160 + i];
                sum += Math.exp(last[i]);
            }
            for (int i = 0; i < 160; i++) {
                last[i] -= Math.log(sum);
            }
            return last;
        }
    }

    @Test
    void aBiasDecides() {
        GenerateOptions options =
                new GenerateOptions.Builder(RANDOM)
                        .repetitionPenalty(1)
                        .logitBias(Map.of(7, 100.0, 9999, 100.0))
                        .build();
        assertThat(alone(prompt(SEED, 5), options, null))
                .isEqualTo(LetterTokenizer.letter(7).repeat(20));
    }
}
