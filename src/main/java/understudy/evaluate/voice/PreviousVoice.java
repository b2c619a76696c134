package understudy.evaluate.voice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.Workspace;
import understudy.evaluate.Estimate;
import understudy.run.RunFolder;

/// What the run before measured, on the same held-out messages.
///
/// @param run   its id
/// @param bits  per character of the held-out turns
/// @param style overall distance of its clone
/// @param taken share of its clone's replies taken for the person
public record PreviousVoice(String run, double bits, Estimate style, Estimate taken) {
    /// The name of the report that is read.
    public static final String FILE = "voice.json";

    private static final long MOST_BYTES = 4_000_000;

    /// The newest earlier run that answered as many messages of the same held-out part; null where
    /// there is none, or its report cannot be read.
    ///
    /// @param digest of the held-out part
    public static @Nullable PreviousVoice of(
            Workspace workspace, RunFolder run, String digest, int replies) throws IOException {
        for (RunFolder earlier : RunFolder.all(workspace).reversed()) {
            if (earlier.id().compareTo(run.id()) < 0) {
                PreviousVoice found = read(earlier, digest, replies);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static @Nullable PreviousVoice read(RunFolder run, String digest, int replies) {
        Path file = run.report().resolve(FILE);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                return null;
            }
            JsonNode tree = Json.json().readTree(Files.readAllBytes(file));
            JsonNode voice = tree.path("voice");
            boolean same =
                    !digest.isEmpty()
                            && tree.path("heldout_sha256").asString("").equals(digest)
                            && voice.path("replies").asInt(0) == replies;
            JsonNode clone = voice.path("sources").path(Source.CLONE.key());
            return same
                    ? new PreviousVoice(
                            run.id(),
                            number(tree.path("bpc_after")),
                            estimate(clone.path("style_distance")),
                            estimate(clone.path("taken_for_person")))
                    : null;
        } catch (IOException | JacksonException e) {
            return null; // a report of an earlier run is a help, nothing depends on it
        }
    }

    private static Estimate estimate(JsonNode node) {
        return new Estimate(
                number(node.path("value")), number(node.path("low")), number(node.path("high")));
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    /// As it is written to `voice.json`.
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("run", run);
        Double rounded = Estimate.rounded(bits);
        if (rounded != null) {
            tree.put("bpc_after", rounded);
        }
        tree.put("style_distance", style.tree());
        tree.put("taken_for_person", taken.tree());
        return tree;
    }
}
