package understudy.train;

import java.util.ArrayList;
import java.util.List;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;

/// Every step of a run in order, known before it starts.
///
/// @param steps       what each step learns from
/// @param epochTokens tokens of one epoch; where rows have weights, in the mean
record Plan(List<Batch> steps, long epochTokens) {
    /// What one step of the optimiser learns from.
    ///
    /// @param epoch   passes over the data when it is done, such as 1.25
    /// @param tokens  of its rows, context included
    /// @param learned tokens with a loss; the step's loss is their mean
    record Batch(List<PackedRow> rows, double epoch, long tokens, int learned) {}

    /// @throws IllegalArgumentException without anything to learn
    static Plan of(List<TrainingRow> rows, TrainConfig config) {
        Packer packer = new Packer(config.rowLength(), config.seed());
        long epochTokens =
                Math.round(rows.stream().mapToDouble(r -> r.weight() * r.length()).sum());
        long bound = config.maxTokens() == 0 ? Long.MAX_VALUE : config.maxTokens();
        List<Batch> steps = new ArrayList<>();
        long tokens = 0;
        for (int epoch = 0; epoch < config.epochs(); epoch++) {
            List<PackedRow> packed = packer.pack(rows, epoch);
            long all = packed.stream().mapToLong(r -> r.ids().length).sum();
            long before = 0;
            for (List<PackedRow> part : parts(packed, config)) {
                long size = part.stream().mapToLong(r -> r.ids().length).sum();
                int learned = part.stream().mapToInt(r -> r.scored().cardinality()).sum();
                if (learned == 0) {
                    before += size;
                    continue;
                }
                if (tokens + size > bound && !steps.isEmpty()) {
                    return new Plan(List.copyOf(steps), epochTokens);
                }
                tokens += size;
                before += size;
                steps.add(new Batch(part, epoch + (double) before / all, size, learned));
            }
        }
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("nothing to learn");
        }
        return new Plan(List.copyOf(steps), epochTokens);
    }

    private static List<List<PackedRow>> parts(List<PackedRow> rows, TrainConfig config) {
        List<List<PackedRow>> parts = new ArrayList<>();
        List<PackedRow> part = new ArrayList<>();
        long size = 0;
        for (PackedRow row : rows) {
            part.add(row);
            size += row.ids().length;
            boolean full =
                    config.batchRows() > 0
                            ? part.size() >= config.batchRows()
                            // a row that is nearly full counts as full, or steps would take one
                            // more
                            : size > config.batchTokens() - config.rowLength() / 2;
            if (full) {
                parts.add(List.copyOf(part));
                part.clear();
                size = 0;
            }
        }
        if (!part.isEmpty()) {
            parts.add(List.copyOf(part));
        }
        return parts;
    }

    long tokens() {
        return steps.stream().mapToLong(Batch::tokens).sum();
    }

    /// Tokens of the longest row as it is worked on.
    int longestRow() {
        return steps.stream()
                .flatMap(b -> b.rows().stream())
                .mapToInt(r -> RowPass.padded(r.ids().length))
                .max()
                .orElse(0);
    }

    /// The most that a token of any row sees in the mean, tokens.
    double mostSeen() {
        return TrainBenchmark.seen(steps.stream().flatMap(b -> b.rows().stream()).toList());
    }

    /// Learning rate of a step.
    ///
    /// @param step from 0
    double rate(int step, TrainConfig config) {
        double rise = Math.min(1, (step + 1.0) / Math.max(1, config.warmupSteps()));
        double done = (double) step / steps.size();
        double fall =
                switch (config.schedule()) {
                    case "cosine" -> 0.5 * (1 + Math.cos(Math.PI * done));
                    case "linear" -> 1 - done;
                    default -> 1;
                };
        return config.learningRate() * rise * fall;
    }
}
