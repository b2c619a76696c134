package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.WeightTensors;
import understudy.weights.Safetensors;
import understudy.weights.WeightType;

/// Folders of whole models against the tiny ones that transformers itself saved.
class ModelFolderTest {
    @TempDir Path home;

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void itHoldsWhatTransformersSavedFromFoldersAndGgufFiles(String name) throws Exception {
        Path original = TinyModel.folder(name);
        Map<String, float[]> expected = weights(original);
        int round = 0;
        for (Path base : new Path[] {original, original.resolve("model.gguf")}) {
            if (!Files.exists(base)) {
                continue;
            }
            for (ComputeType type : ComputeType.values()) {
                Path folder = home.resolve("copy" + round++);
                try (LanguageModel model = LanguageModel.load(base, Placement.cpu(type));
                        FullWeights weights = FullWeights.of(model)) {
                    ModelFolder.write(weights, folder, base);
                }
                Map<String, float[]> written = weights(folder);
                assertThat(written.keySet()).isEqualTo(expected.keySet());
                float bound = type == ComputeType.F32 ? 1e-6f : 0.009f; // eight bits of 1.3
                expected.forEach((weight, values) ->
                        assertThat(written.get(weight))
                                .as("%s of %s", weight, base.getFileName())
                                .usingComparatorWithPrecision(bound)
                                .containsExactly(values));
                assertSameShape(ModelConfig.read(folder), ModelConfig.read(original));
                try (Safetensors file = Safetensors.open(folder)) {
                    assertThat(file.tensors().values())
                            .allMatch(t ->
                                    t.type()
                                            == (type == ComputeType.BF16
                                                    ? WeightType.BF16
                                                    : WeightType.F32));
                }
            }
        }
    }

    private static void assertSameShape(ModelConfig actual, ModelConfig expected) {
        assertThat(actual)
                .usingRecursiveComparison()
                .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-4 * a ? 0 : 1, Double.class)
                .isEqualTo(expected);
    }

    private static Map<String, float[]> weights(Path folder) {
        Map<String, float[]> weights = new TreeMap<>();
        try (Safetensors file = Safetensors.open(folder);
                PointerScope scope = new PointerScope()) {
            file.tensors()
                    .forEach((name, info) -> {
                        Tensor tensor = WeightTensors.view(file, name, info.shape());
                        weights.put(name, Golden.array(tensor));
                    });
        }
        return weights;
    }
}
