package understudy.train;

import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import understudy.model.RowPass.PackedRow;

/// Which rows a run had learned from by a step: with a bound on tokens, or where the best adapter
/// was an early one, not all of them.
public final class LearnedRows {
    private LearnedRows() {}

    /// @param facts  as the run was given them; not counted
    /// @param rows   as the run was given them
    /// @param config the run's
    /// @param steps  by then
    /// @return how often each row was learned from; rows that are equal share their count
    public static int[] times(
            List<TrainingRow> facts, List<TrainingRow> rows, TrainConfig config, int steps) {
        Plan plan = Plan.of(facts, rows, config);
        Map<IntBuffer, Integer> counts = new HashMap<>();
        int last = Math.clamp(steps, plan.factSteps(), plan.steps().size());
        for (Plan.Batch batch : plan.steps().subList(plan.factSteps(), last)) {
            for (PackedRow packed : batch.rows()) {
                int[] starts = packed.starts();
                for (int s = 0; s < starts.length; s++) {
                    int end = s + 1 < starts.length ? starts[s + 1] : packed.ids().length;
                    counts.merge(
                            IntBuffer.wrap(packed.ids(), starts[s], end - starts[s]),
                            1,
                            Integer::sum);
                }
            }
        }
        return rows.stream()
                .mapToInt(row -> counts.getOrDefault(IntBuffer.wrap(row.ids()), 0))
                .toArray();
    }
}
