package understudy.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.model.Trainable;
import understudy.tensor.TensorFile;

/// Where a run stands between two steps: everything that the next step depends on.
///
/// @param step        steps done, skipped ones included
/// @param updates     steps of the optimiser, skipped ones not: its bias correction counts them
/// @param badSteps    steps skipped one behind another up to now
/// @param tokens      trained so far
/// @param bestStep    step of the best validation; 0 for none yet
/// @param bestLoss    its loss; infinite for none yet
/// @param sinceBest   validations since it
/// @param fingerprint of what the run depends on (base, rows, recipe); a run resumes only with the
///     same
record TrainState(
        int step,
        int updates,
        int badSteps,
        long tokens,
        int bestStep,
        double bestLoss,
        int sinceBest,
        String fingerprint) {
    static final String FILE = "state.safetensors";

    static TrainState start(String fingerprint) {
        return new TrainState(0, 0, 0, 0, 0, Double.POSITIVE_INFINITY, 0, fingerprint);
    }

    /// After a step.
    ///
    /// @param learned whether a step was taken
    TrainState stepped(long more, boolean learned) {
        return new TrainState(
                step + 1,
                updates + (learned ? 1 : 0),
                learned ? 0 : badSteps + 1,
                tokens + more,
                bestStep,
                bestLoss,
                sinceBest,
                fingerprint);
    }

    /// After a validation.
    ///
    /// @param best whether its loss is the lowest so far and what gave it was kept
    TrainState validated(double loss, boolean best) {
        return new TrainState(
                step,
                updates,
                badSteps,
                tokens,
                best ? step : bestStep,
                best ? loss : bestLoss,
                best ? 0 : sinceBest + 1,
                fingerprint);
    }

    JsonNode json() {
        ObjectNode node = Json.json().createObjectNode();
        node.put("step", step);
        node.put("updates", updates);
        node.put("bad_steps", badSteps);
        node.put("tokens", tokens);
        node.put("best_step", bestStep);
        // JSON has no infinity; the bits keep resumption exact
        node.put("best_loss_bits", Double.doubleToLongBits(bestLoss));
        node.put("since_best", sinceBest);
        node.put("fingerprint", fingerprint);
        return node;
    }

    static TrainState of(JsonNode node) {
        return new TrainState(
                node.path("step").asInt(0),
                node.path("updates").asInt(0),
                node.path("bad_steps").asInt(0),
                node.path("tokens").asLong(0),
                node.path("best_step").asInt(0),
                Double.longBitsToDouble(node.path("best_loss_bits").asLong(0)),
                node.path("since_best").asInt(0),
                node.path("fingerprint").asString(""));
    }

    /// What fills the files of a checkpoint.
    static Map<String, PrivateFiles.Body> files(Trainable learned, AdamW optimiser) {
        return Map.of(
                FILE,
                out -> {
                    TensorFile.write(tensors(learned, optimiser), out);
                    optimiser.moments().release();
                });
    }

    /// What is learned and both moments of the optimiser.
    private static Map<String, Tensor> tensors(Trainable learned, AdamW optimiser) {
        Map<String, Tensor> all = new LinkedHashMap<>(optimiser.moments().tensors());
        all.put("parameters", learned.parameters());
        return all;
    }

    /// Puts the tensors of a checkpoint back.
    ///
    /// @throws UserError where they are not those of such an adapter
    void restore(Path file, Trainable learned, AdamW optimiser) {
        if (!TensorFile.read(file, tensors(learned, optimiser))) {
            throw new UserError(
                    "the checkpoint holds other tensors than expected",
                    file.toString(),
                    "start a new run: understudy train");
        }
        optimiser.moments().restored();
        optimiser.restoreSteps(updates);
        learned.refresh();
    }

    /// @throws UserError where the checkpoint belongs to other data, base or recipe
    void refuseOther(String expected, @Nullable String where) {
        if (!fingerprint.equals(expected)) {
            throw new UserError(
                    "this run was started with other data, another base or another recipe",
                    where,
                    "start a new run: understudy train");
        }
    }
}
