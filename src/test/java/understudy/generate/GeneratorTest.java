package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

class GeneratorTest {
    private static final long SEED = 29;

    private static final GenerateOptions GREEDY =
            new GenerateOptions.Builder()
                    .maxTokens(20)
                    .temperature(0)
                    .topP(1)
                    .repetitionPenalty(1)
                    .seed(1)
                    .build();
    private static final GenerateOptions RANDOM =
            new GenerateOptions.Builder()
                    .maxTokens(20)
                    .temperature(1)
                    .repetitionPenalty(1.1)
                    .seed(1)
                    .build();

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = TinyModel.load("mistral", ComputeType.F32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static int[] prompt(long seed, int length) {
        return new Random(seed).ints(length, 0, 160).toArray();
    }

    private static Generator.Text write(
            Generator generator, int[] prompt, GenerateOptions options) {
        return generator.generate(prompt, options, _ -> {}, () -> false);
    }

    private static String fresh(int[] prompt, GenerateOptions options) {
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            return write(generator, prompt, options).text();
        }
    }

    private static int likeliestAfter(int[] ids) {
        try (PointerScope scope = new PointerScope()) {
            float[] logits = TinyModel.floats(model.logits(ids));
            int best = 0;
            int from = logits.length - 160;
            for (int id = 1; id < 160; id++) {
                best = logits[from + id] > logits[from + best] ? id : best;
            }
            return best;
        }
    }

    @Test
    void greedyTextIsTheLikeliestTokenEachTime() {
        for (long seed = SEED; seed < SEED + 5; seed++) {
            int[] ids = prompt(seed, 10);
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                int next = likeliestAfter(ids);
                expected.append(LetterTokenizer.letter(next));
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = next;
            }
            try (Generator generator = new Generator(model, new LetterTokenizer())) {
                Generator.Text text = write(generator, prompt(seed, 10), GREEDY);
                assertThat(text.text()).as("seed %d", seed).isEqualTo(expected.toString());
                assertThat(text.finish()).isEqualTo(Generator.Finish.LENGTH);
                assertThat(text.tokens()).isEqualTo(20);
                assertThat(text.promptTokens()).isEqualTo(10);
            }
        }
    }

    /// Prompts that grow, shrink, branch off and come again, with the last answer or without.
    @Test
    void whatIsRememberedOfThePromptBeforeChangesNoText() {
        Random random = new Random(SEED);
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            int[] ids = prompt(SEED, 12);
            for (int round = 0; round < 60; round++) {
                GenerateOptions options = random.nextBoolean() ? GREEDY : RANDOM.withSeed(round);
                String text = write(generator, ids, options).text();
                assertThat(text)
                        .as("round %d, seed %d", round, SEED)
                        .isEqualTo(fresh(ids, options));
                int[] answer = new LetterTokenizer().encode(text);
                switch (random.nextInt(4)) {
                    case 0 -> ids = joined(ids, answer, random.nextInt(answer.length + 1));
                    case 1 -> ids = Arrays.copyOf(ids, 1 + random.nextInt(ids.length));
                    case 2 -> ids[random.nextInt(ids.length)] = random.nextInt(160);
                    default -> ids = joined(ids, prompt(round, 9), 9);
                }
                ids = ids.length > 90 ? Arrays.copyOf(ids, 5) : ids;
            }
        }
    }

    private static int[] joined(int[] a, int[] b, int count) {
        int[] all = Arrays.copyOf(a, a.length + count);
        System.arraycopy(b, 0, all, a.length, count);
        return all;
    }

    /// A prompt that fails half-way leaves its first part in the cache.
    @Test
    void aPromptThatFailedIsNotMistakenForTheOneBefore(@TempDir Path folder) throws Exception {
        Path tiny = TinyModel.folder("llama");
        Files.copy(tiny.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        String config = Files.readString(tiny.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replace(
                        "\"max_position_embeddings\": 128", "\"max_position_embeddings\": 2048"));
        try (LanguageModel wide = LanguageModel.load(folder, Placement.cpu(ComputeType.F32));
                Generator generator = new Generator(wide, new LetterTokenizer());
                Generator other = new Generator(wide, new LetterTokenizer())) {
            int[] good = prompt(SEED, 700);
            String expected = write(other, good, GREEDY).text();
            assertThat(write(generator, good, GREEDY).text()).isEqualTo(expected);
            int[] bad = prompt(SEED + 1, 700);
            bad[650] = 160;
            assertThatThrownBy(() -> write(generator, bad, GREEDY)).isInstanceOf(UserError.class);
            assertThat(write(generator, good, GREEDY).text()).isEqualTo(expected);
        }
    }

    @Test
    void piecesTogetherAreTheText() {
        for (int i = 0; i < 30; i++) {
            List<String> pieces = new ArrayList<>();
            List<String> stops = i % 3 == 0 ? List.of() : stops(i);
            GenerateOptions options = RANDOM.withSeed(i).alsoStoppingAt(Set.of(), stops);
            try (Generator generator = new Generator(model, new LetterTokenizer())) {
                Generator.Text text =
                        generator.generate(prompt(i, 8), options, pieces::add, () -> false);
                assertThat(String.join("", pieces)).as("seed %d", i).isEqualTo(text.text());
                assertThat(pieces).as("seed %d", i).noneMatch(String::isEmpty);
            }
        }
    }

    /// Two letters that the text without stops really has, and the beginning of two others.
    private static List<String> stops(int i) {
        String text = fresh(prompt(i, 8), RANDOM.withSeed(i));
        return List.of(text.substring(9, 11), text.substring(3, 5) + "!");
    }

    @Test
    void aStopStringEndsTheTextAndIsNoPartOfIt() {
        String whole = fresh(prompt(SEED, 8), RANDOM);
        String stop = whole.substring(7, 9);
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            Generator.Text text =
                    write(
                            generator,
                            prompt(SEED, 8),
                            RANDOM.alsoStoppingAt(Set.of(), List.of(stop)));
            assertThat(text.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(text.finish()).isEqualTo(Generator.Finish.STOP);
        }
    }

    @Test
    void aStopIdEndsTheTextAndIsNoPartOfIt() {
        String whole = fresh(prompt(SEED, 8), RANDOM);
        int stop = whole.charAt(6) - 0x100;
        int first = whole.indexOf(whole.charAt(6));
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            Generator.Text text =
                    write(
                            generator,
                            prompt(SEED, 8),
                            RANDOM.alsoStoppingAt(Set.of(stop), List.of()));
            assertThat(text.text()).isEqualTo(whole.substring(0, first));
            assertThat(text.tokens()).isEqualTo(first);
            assertThat(text.finish()).isEqualTo(Generator.Finish.STOP);
        }
    }

    @Test
    void theCallerCanEndIt() {
        String whole = fresh(prompt(SEED, 8), GREEDY);
        int[] asked = {0};
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            Generator.Text text =
                    generator.generate(prompt(SEED, 8), GREEDY, _ -> {}, () -> ++asked[0] > 5);
            assertThat(text.finish()).isEqualTo(Generator.Finish.CANCELLED);
            assertThat(text.tokens()).isEqualTo(5);
            assertThat(text.text()).isEqualTo(whole.substring(0, 5));
            assertThat(write(generator, prompt(SEED, 8), GREEDY).text()).isEqualTo(whole);
        }
    }

    @Test
    void aListenerThatFailsLeavesTheGeneratorUsable() {
        String whole = fresh(prompt(SEED, 8), GREEDY);
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            assertThatThrownBy(() ->
                            generator.generate(
                                    prompt(SEED, 8),
                                    GREEDY,
                                    _ -> {
                                        throw new IllegalStateException("gone");
                                    },
                                    () -> false))
                    .hasMessage("gone");
            assertThat(write(generator, prompt(SEED, 8), GREEDY).text()).isEqualTo(whole);
        }
    }

    @Test
    void theTextEndsWithTheContext() {
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            Generator.Text text = write(generator, prompt(SEED, 121), GREEDY);
            assertThat(text.tokens()).isEqualTo(7);
            assertThat(text.finish()).isEqualTo(Generator.Finish.LENGTH);
        }
    }

    @Test
    void aPromptThatDoesNotFitIsRefused() {
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            for (int length : new int[] {0, 128, 5000}) {
                assertThatThrownBy(() -> write(generator, prompt(SEED, length), GREEDY))
                        .isInstanceOfSatisfying(
                                UserError.class, e -> assertThat(e.where()).contains("128 tokens"));
            }
        }
    }

    @Test
    void forgettingChangesNoText() {
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            String first = write(generator, prompt(SEED, 8), GREEDY).text();
            generator.forget(model.attached());
            assertThat(write(generator, prompt(SEED, 8), GREEDY).text()).isEqualTo(first);
        }
    }

    @Test
    void writingLeavesNoNativeObjects() {
        try (Generator generator = new Generator(model, new LetterTokenizer())) {
            write(generator, prompt(1, 100), RANDOM);
            long alive = Scopes.alive();
            for (int i = 0; i < 50; i++) {
                write(generator, prompt(i, 20), RANDOM);
            }
            assertThat(Scopes.alive()).isLessThanOrEqualTo(alive + 10);
        }
    }
}
