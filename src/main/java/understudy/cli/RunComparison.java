package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.DatasetRow;
import understudy.evaluate.HeldOutScore;
import understudy.evaluate.HeldOutScore.Conversation;
import understudy.evaluate.HeldOutScore.Scores;

/// A run beside another run, or beside an adapter that another program trained: is the one really
/// better, or was that luck? Both are scored on the same held-out conversations.
///
/// Each run reads the conversations as its own dataset renders them, so recipes can be compared; an
/// adapter from elsewhere reads them as the run does.
final class RunComparison {
    /// By so much the characters of a conversation may differ: pseudonyms are not always as long as
    /// what they stand for.
    private static final double TOLERANCE = 0.1;

    private final Workspace workspace;
    private final Console console;
    private final Evaluated evaluated;
    private final String device;
    private final long seed;

    RunComparison(
            Workspace workspace, Console console, Evaluated evaluated, String device, long seed) {
        this.workspace = workspace;
        this.console = console;
        this.evaluated = evaluated;
        this.device = device;
        this.seed = seed;
    }

    /// @param against id of a run, or a PEFT folder made for the run's base
    void run(Path against) throws IOException {
        boolean foreign = Files.isDirectory(against);
        Evaluated other = foreign ? evaluated : Evaluated.open(workspace, against.toString());
        String name = foreign ? against.toString() : other.run().id();
        if (name.equals(evaluated.run().id())) {
            throw new UserError(
                    "that is the run itself",
                    "--against " + name,
                    "name another one: understudy runs");
        }
        if (!foreign) {
            other.warn(console);
            checkSame(evaluated.heldout(), other.heldout());
        }
        console.say("run " + evaluated.run().id() + " against " + Shown.safe(name, 200));
        Scores theirs = foreign ? adapter(against) : scores(other);
        ScoreText text = ScoreText.of(ScoreText.Beside.OTHER, theirs, scores(evaluated), seed);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("compared_with", name);
        json.putAll(text.json(evaluated.run().id()));
        json.put("dataset_changed", evaluated.changed() || other.changed());
        evaluated.report("comparison.json", json);
        text.show(console);
        console.result(json);
    }

    private Scores scores(Evaluated of) {
        try (RunModels models = RunModels.of(of, device)) {
            return models.after(model -> HeldOutScore.of(model, of.heldout()));
        }
    }

    private Scores adapter(Path folder) {
        try (RunModels models = RunModels.of(evaluated, device)) {
            return models.with(folder, model -> HeldOutScore.of(model, evaluated.heldout()));
        }
    }

    private static void checkSame(List<DatasetRow> rows, List<DatasetRow> others) {
        Map<Conversation, Integer> here = characters(rows);
        Map<Conversation, Integer> there = characters(others);
        boolean same = here.keySet().equals(there.keySet());
        for (Map.Entry<Conversation, Integer> one : here.entrySet()) {
            int characters = there.getOrDefault(one.getKey(), 0);
            same &= Math.abs(characters - one.getValue()) <= TOLERANCE * one.getValue();
        }
        if (!same) {
            throw new UserError(
                    "the two runs are measured on different conversations",
                    "--against",
                    "prepare and train both from the same chats, with the same gap_minutes and"
                            + " heldout_share");
        }
    }

    private static Map<Conversation, Integer> characters(List<DatasetRow> rows) {
        Map<Conversation, Integer> characters = new LinkedHashMap<>();
        for (DatasetRow row : rows) {
            if (row.ownCharacters() > 0) {
                characters.merge(Conversation.of(row), row.ownCharacters(), Integer::sum);
            }
        }
        return characters;
    }
}
