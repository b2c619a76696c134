package understudy.export;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.base.UserError;
import understudy.model.LoraConfig;
import understudy.model.PeftFolder;
import understudy.model.StoredWeights.Weight;
import understudy.tensor.Scopes;
import understudy.tensor.WeightTensors;
import understudy.weights.Safetensors;

/// The factors of an adapter in a PEFT folder, by the layer that they change.
final class LoraFactors implements AutoCloseable {
    private static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";

    private final Safetensors file;
    private final LoraConfig config;
    private final Map<String, String> names = new TreeMap<>(); // layer to its name in the file

    /// @throws UserError where there is no adapter, it is damaged, or of a kind that cannot be run
    LoraFactors(Path folder) {
        this.config = PeftFolder.config(folder);
        this.file = Safetensors.open(folder);
        for (String name : file.tensors().keySet()) {
            boolean factor = name.endsWith(A) || name.endsWith(B);
            if (!factor || !name.startsWith(PREFIX)) {
                throw other();
            }
            String stored = name.substring(0, name.length() - A.length());
            names.put(layer(stored.substring(PREFIX.length())), stored);
        }
    }

    /// Of a model that sees images, the language part stands alone here.
    private static String layer(String path) {
        String nested = "model.language_model.";
        return path.startsWith(nested) ? "model." + path.substring(nested.length()) : path;
    }

    UserError other() {
        return new UserError(
                "this adapter was made for another model",
                file.path().toString(),
                "use the base model that the run was trained on: understudy runs show");
    }

    LoraConfig config() {
        return config;
    }

    /// Layers that are changed, such as `model.layers.3.mlp.up_proj`.
    Map<String, String> layers() {
        return names;
    }

    boolean changes(Weight weight) {
        return weight.isMatrix() && names.containsKey(weight.layer());
    }

    /// `(r,I)` in f32, in the caller's scope.
    Tensor factorA(Weight weight) {
        return factor(weight, A, config.rank(), weight.columns());
    }

    /// `(O,r)` in f32, in the caller's scope.
    Tensor factorB(Weight weight) {
        return factor(weight, B, weight.rows(), config.rank());
    }

    private Tensor factor(Weight weight, String which, long... shape) {
        // a copy: the file's bytes need not be aligned
        return Scopes.keep(() ->
                WeightTensors.view(file, names.get(weight.layer()) + which, shape)
                        .to(torch.ScalarType.Float)
                        .clone());
    }

    /// What is added to rows of a weight: `alpha/r · B · A`, in the caller's scope.
    Tensor update(Weight weight, long from, long count) {
        return Scopes.keep(() ->
                torch.mm(factorB(weight).narrow(0, from, count), factorA(weight))
                        .mul_(new Scalar(config.scale())));
    }

    @Override
    public void close() {
        file.close();
    }
}
