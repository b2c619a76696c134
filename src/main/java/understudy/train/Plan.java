package understudy.train;

import java.util.ArrayList;
import java.util.List;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;

/// Every step of a run in order, known before it starts.
///
/// Rows of facts come first, as a stage of their own. The chats follow, with some facts among them
/// again where the recipe wants it; without, their order and rates are as if there had been none.
///
/// @param steps       what each step learns from
/// @param factSteps   the first of them, which learn from facts
/// @param epochTokens tokens of one epoch of the chats; where rows have weights, in the mean
record Plan(List<Batch> steps, int factSteps, long epochTokens) {
    /// Part of a bound on tokens that facts may take.
    private static final int FACT_SHARE = 4;

    /// Tokens of a step of facts. They are few, and one pass over them is to be many small steps;
    /// as large as those of the chats, there would be a handful in all.
    private static final int FACT_STEP = 512;

    /// Most steps between two measurements on the validation part.
    private static final int MOST_UNMEASURED = 100;

    private static final double LEAST_WEIGHT = 1e-6;
    private static final double MOST_WEIGHT = 20;

    /// What one step of the optimiser learns from.
    ///
    /// @param epoch   passes over the chats when it is done, such as 1.25; 0 for facts
    /// @param tokens  of its rows, context included
    /// @param learned tokens with a loss; the step's loss is their mean
    record Batch(List<PackedRow> rows, double epoch, long tokens, int learned) {}

    /// A plan without facts.
    static Plan of(List<TrainingRow> rows, TrainConfig config) {
        return of(List.of(), rows, config);
    }

    /// @param facts learned from first; a bound on tokens leaves a quarter to them at most
    /// @throws IllegalArgumentException without anything to learn from the chats
    static Plan of(List<TrainingRow> facts, List<TrainingRow> chats, TrainConfig config) {
        long epochTokens = tokens(chats);
        List<TrainingRow> rows = reminded(facts, chats, config);
        long bound = config.maxTokens() == 0 ? Long.MAX_VALUE : config.maxTokens();
        List<Batch> told =
                facts.isEmpty()
                        ? List.of()
                        : facts(facts, bound / FACT_SHARE, config).stream()
                                .filter(b -> b.tokens <= bound / FACT_SHARE) // else it is alone
                                .map(b -> new Batch(b.rows, 0, b.tokens, b.learned))
                                .toList();
        long taken = told.stream().mapToLong(Batch::tokens).sum();
        List<Batch> steps = new ArrayList<>(told);
        steps.addAll(
                stage(rows, config.epochs(), config.rowLength(), bound - taken, config, false));
        if (steps.size() == told.size() || chats.stream().allMatch(r -> r.learned().isEmpty())) {
            throw new IllegalArgumentException("nothing to learn");
        }
        return new Plan(List.copyOf(steps), told.size(), epochTokens);
    }

    private static long tokens(List<TrainingRow> rows) {
        return Math.round(rows.stream().mapToDouble(r -> r.weight() * r.length()).sum());
    }

    /// The chats with facts among them, as often as makes them the share of tokens that is wanted:
    /// what is learned first is else forgotten over what follows.
    private static List<TrainingRow> reminded(
            List<TrainingRow> facts, List<TrainingRow> chats, TrainConfig config) {
        double share = config.factShare();
        if (facts.isEmpty() || share == 0) {
            return chats;
        }
        double wanted = share / (1 - share) * tokens(chats);
        double weight = Math.clamp(wanted / tokens(facts), LEAST_WEIGHT, MOST_WEIGHT);
        List<TrainingRow> all = new ArrayList<>(chats);
        facts.forEach(row -> all.add(new TrainingRow(row.ids(), row.learned(), weight)));
        return all;
    }

    private static List<Batch> facts(List<TrainingRow> rows, long bound, TrainConfig config) {
        int rowLength = Math.min(FACT_STEP, config.rowLength());
        return stage(rows, config.factEpochs(), rowLength, bound, config, true);
    }

    /// @param bound tokens at most, but for one step
    /// @param alone whether every packed row is a step
    private static List<Batch> stage(
            List<TrainingRow> rows,
            int epochs,
            int rowLength,
            long bound,
            TrainConfig config,
            boolean alone) {
        Packer packer = new Packer(rowLength, config.seed());
        List<Batch> steps = new ArrayList<>();
        long tokens = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            List<List<PackedRow>> parts = parts(packer, rows, epoch, config, alone);
            long all = parts.stream().flatMap(List::stream).mapToLong(r -> r.ids().length).sum();
            long before = 0;
            for (List<PackedRow> part : parts) {
                long size = part.stream().mapToLong(r -> r.ids().length).sum();
                int learned = part.stream().mapToInt(r -> r.scored().cardinality()).sum();
                if (learned == 0) {
                    before += size;
                    continue;
                }
                if (tokens + size > bound && !steps.isEmpty()) {
                    return steps;
                }
                tokens += size;
                before += size;
                steps.add(new Batch(part, epoch + (double) before / all, size, learned));
            }
        }
        return steps;
    }

    /// Packed rows of an epoch, a list of them for each step.
    private static List<List<PackedRow>> parts(
            Packer packer, List<TrainingRow> rows, int epoch, TrainConfig config, boolean alone) {
        if (alone) {
            return packer.pack(rows, epoch).stream().map(List::of).toList();
        }
        return config.batchRows() > 0
                ? packer.parts(rows, epoch, config.batchRows())
                : byTokens(packer.pack(rows, epoch), config);
    }

    private static List<List<PackedRow>> byTokens(List<PackedRow> rows, TrainConfig config) {
        List<List<PackedRow>> parts = new ArrayList<>();
        List<PackedRow> part = new ArrayList<>();
        long size = 0;
        for (PackedRow row : rows) {
            part.add(row);
            size += row.ids().length;
            // a row that is nearly full counts as full, or steps would take one more
            if (size > config.batchTokens() - config.rowLength() / 2) {
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

    /// Steps of the chats from one measurement on the validation part to the next: the recipe's, or
    /// where it leaves that open two an epoch, and more in a long one. A small model may know its
    /// rows by heart when it reads them again, and what it was before is then the best there is.
    ///
    /// @return 0 where the recipe wants it at the ends of epochs, or has an interval of time
    int validationSteps(TrainConfig config) {
        if (!config.validate().equals(TrainConfig.Every.OPEN)) {
            return config.validate().steps();
        }
        double epoch = (steps.size() - factSteps) / steps.getLast().epoch();
        return Math.clamp(Math.round(epoch / 2), 1, MOST_UNMEASURED);
    }

    /// Learning rate of a step: each stage has its warm-up, and only that of the chats a fall.
    ///
    /// @param step from 0
    double rate(int step, TrainConfig config) {
        int inStage = step < factSteps ? step : step - factSteps;
        double rise = Math.min(1, (inStage + 1.0) / Math.max(1, config.warmupSteps()));
        if (step < factSteps) {
            return config.learningRate() * rise;
        }
        double done = (double) inStage / (steps.size() - factSteps);
        double fall =
                switch (config.schedule()) {
                    case "cosine" -> 0.5 * (1 + Math.cos(Math.PI * done));
                    case "linear" -> 1 - done;
                    default -> 1;
                };
        return config.learningRate() * rise * fall;
    }
}
