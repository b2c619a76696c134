package understudy.cli;

import java.util.Map;
import java.util.Optional;
import understudy.base.Workspace;
import understudy.hub.CatalogueModel;
import understudy.hub.Hub;
import understudy.hub.HubSettings;
import understudy.model.ModelConfig;

/// Shapes that are measured with random weights, made here, because the work of a training does not
/// depend on what the weights say.
final class BenchShape {
    /// Behind the name of any model of the catalogue: its shape with random weights.
    static final String RANDOM = "-random";

    /// Short names of what is asked for most.
    private static final Map<String, String> KNOWN =
            Map.of("mistral-7b", "mistral-7b-v0.2", "llama-1b", "llama-3.2-1b");

    /// Mistral 7B v0.1's, tokens.
    private static final int MISTRAL_WINDOW = 4096;

    private BenchShape() {}

    /// @return empty where `name` means a model that has to be here
    static Optional<ModelConfig> of(Workspace workspace, String name) {
        String model = KNOWN.get(name);
        if (model == null && name.endsWith(RANDOM)) {
            model = name.substring(0, name.length() - RANDOM.length());
        }
        if (model == null) {
            return Optional.empty();
        }
        Optional<ModelConfig> shape =
                new Hub(workspace, HubSettings.standard())
                        .catalogue()
                        .find(model)
                        .map(BenchShape::config);
        return name.equals("mistral-7b") ? shape.map(s -> s.withWindow(MISTRAL_WINDOW)) : shape;
    }

    /// The catalogue's shape of a model, enough to plan with and to measure.
    static ModelConfig config(CatalogueModel known) {
        CatalogueModel.Shape s = known.shape();
        return ModelConfig.ofShape(
                known.family(),
                new int[] {
                    s.vocabulary(),
                    s.hidden(),
                    s.layers(),
                    s.heads(),
                    s.kvHeads(),
                    s.headSize(),
                    s.intermediate()
                },
                known.context(),
                s.tied());
    }
}
