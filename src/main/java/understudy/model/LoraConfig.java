package understudy.model;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import understudy.base.UserError;

/// What a low-rank adapter looks like (Hu et al. 2021).
///
/// @param rank    r, 1 to 1024; default 32
/// @param alpha   the update is scaled by alpha/r; default 64
/// @param dropout probability, 0 to 0.9, that an input of the adapter is dropped in training
/// @param targets last parts of the names of the linear layers that get one, such as `q_proj`; a
///     fused layer gets one where it or any of its parts is named, and parts where the fused one is
public record LoraConfig(int rank, double alpha, double dropout, List<String> targets) {
    /// Every linear layer of a block.
    public static final List<String> ALL_TARGETS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    /// Layers that some families hold as one, and their parts.
    private static final Map<String, List<String>> FUSED =
            Map.of(
                    "qkv_proj",
                    List.of("q_proj", "k_proj", "v_proj"),
                    "gate_up_proj",
                    List.of("gate_proj", "up_proj"));

    /// The article's settings.
    public static final LoraConfig STANDARD = new LoraConfig(32, 64, 0.05, ALL_TARGETS);

    public LoraConfig {
        targets = targets.stream().distinct().toList();
        if (rank < 1 || rank > 1024) {
            throw wrong("rank " + rank, "a whole number from 1 to 1024");
        }
        if (!(alpha > 0 && alpha < 1e6)) {
            throw wrong("alpha " + alpha, "a number over 0, often twice the rank");
        }
        if (!(dropout >= 0 && dropout <= 0.9)) {
            throw wrong("dropout " + dropout, "a number from 0 to 0.9");
        }
        if (targets.isEmpty() || !targets.stream().allMatch(LoraConfig::isKnown)) {
            throw wrong("targets " + targets, "some of " + String.join(", ", ALL_TARGETS));
        }
    }

    private static boolean isKnown(String target) {
        return ALL_TARGETS.contains(target) || FUSED.containsKey(target);
    }

    /// Whether the linear layer of a block gets an update.
    ///
    /// @param layer last part of its name, such as `q_proj` or `qkv_proj`
    boolean changes(String layer) {
        Stream<String> wholes =
                FUSED.keySet().stream().filter(fused -> parts(fused).contains(layer));
        return targets.contains(layer)
                || parts(layer).stream().anyMatch(targets::contains)
                || wholes.anyMatch(targets::contains);
    }

    private static List<String> parts(String layer) {
        return FUSED.getOrDefault(layer, List.of());
    }

    public double scale() {
        return alpha / rank;
    }

    private static UserError wrong(String what, String use) {
        return new UserError("the adapter's " + what + " cannot be used", "lora", "use " + use);
    }
}
