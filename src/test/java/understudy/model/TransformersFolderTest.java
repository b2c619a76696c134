package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.train.AdamW;

/// Models of which all weights learned, from GGUF files where there are any, as transformers loads
/// them: `python/folder_logits.py`. The property `understudy.transformers` names a Python that has
/// it.
@Tag("transformers")
class TransformersFolderTest {
    @TempDir Path folder;

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void itsLogitsAreOurs(String name) throws Exception {
        Path gguf = TinyModel.folder(name).resolve("model.gguf");
        Path base = Files.exists(gguf) ? gguf : TinyModel.folder(name);
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(base, Placement.cpu(ComputeType.F32));
                FullWeights weights = FullWeights.of(model);
                AdamW optimiser = new AdamW(weights, 0.01)) {
            new RowPass(model, false).learn(golden.row(), 0.1, null);
            optimiser.step(1e-2, optimiser.gradientNorm(), 1);
            float[] ours = Golden.array(model.logits(golden.ids()));
            ModelFolder.write(weights, folder, base);
            float[] theirs = logits(golden.ids());
            assertThat(theirs).hasSameSizeAs(ours);
            for (int i = 0; i < ours.length; i++) {
                assertThat(theirs[i]).as("logit %d", i).isCloseTo(ours[i], within(1e-3f));
            }
        }
    }

    private float[] logits(int[] ids) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        words.add(System.getProperty("understudy.transformers"));
        words.add(Path.of("src/test/resources/python/folder_logits.py").toString());
        words.add(folder.toString());
        for (int id : ids) {
            words.add(Integer.toString(id));
        }
        Process python =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).isZero();
        String[] numbers = out.strip().split("\\s+");
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(numbers[i]);
        }
        return values;
    }
}
