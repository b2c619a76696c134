package understudy.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.chat.Message;
import understudy.chat.Person;
import understudy.dataset.Canaries;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.evaluate.leak.LeakPage;
import understudy.evaluate.leak.LeakReport;
import understudy.evaluate.leak.LeakTest;
import understudy.privacy.OthersWords;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.store.ChatStore;
import understudy.text.TemplateEncoder;
import understudy.train.LearnedRows;
import understudy.train.TrainConfig;
import understudy.train.TrainingRow;

/// `evaluate --leak`: what can be got out of a run, kept as `report/leak.json` and `leak.html`.
final class LeakEvaluation {
    private final Workspace workspace;
    private final Console console;

    LeakEvaluation(Workspace workspace, Console console) {
        this.workspace = workspace;
        this.console = console;
    }

    /// @return the report as JSON
    Map<String, Object> run(RunFolder run, String device, LeakTest.Effort effort)
            throws IOException {
        RunSetup setup = RunSetup.of(run);
        Dataset dataset = Datasets.open(workspace, setup.dataset());
        if (setup.changed(dataset)) {
            // what is asked for would not be what was learned, and a leak would look like none
            throw new UserError(
                    "the dataset was prepared again after this run learned from it, so what it"
                            + " read cannot be looked for",
                    dataset.folder().toString(),
                    "understudy train, and evaluate --leak of that run; prepare --name keeps"
                            + " datasets apart");
        }
        BaseModel base = BaseModel.find(workspace, setup.base());
        boolean seed = dataset.config().template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = TemplateEncoder.load(base.path(), seed);
        LeakTest.Material material = material(run, setup, dataset, encoder);
        console.say("run " + run.id() + ": what can be got out of it again");
        LeakReport report;
        try (RunModels models = new RunModels(run, setup, base.path(), device)) {
            report =
                    new LeakTest(encoder, effort)
                            .run(material, models, what -> console.say("  trying " + what));
        }
        report.text().forEach(console::say);
        PrivateFiles.createFolders(run.report());
        byte[] json = Json.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(report.tree());
        PrivateFiles.write(run.report().resolve(LeakGate.FILE), out -> out.write(json));
        PrivateFiles.writeString(run.report().resolve("leak.html"), LeakPage.of(report));
        console.say("page: " + run.report().resolve("leak.html"));
        return report.tree();
    }

    private LeakTest.Material material(
            RunFolder run, RunSetup setup, Dataset dataset, TemplateEncoder encoder)
            throws IOException {
        TrainConfig config = TrainConfig.from(setup.train());
        OptionalInt longest = OptionalInt.of(config.rowLength());
        List<DatasetRow> all = dataset.rows(Part.TRAIN, encoder, longest);
        List<DatasetRow> heldOut = dataset.rows(Part.HELDOUT, encoder, longest);
        List<TrainingRow> facts = TrainCommand.rows(dataset.rows(Part.FACTS, encoder, longest));
        int steps = run.history().best().map(RunEvent.Validated::step).orElse(run.history().step());
        int[] times = LearnedRows.times(facts, TrainCommand.rows(all), config, steps);
        List<DatasetRow> rows = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            if (times[i] > 0) {
                rows.add(all.get(i));
                counts.add(times[i]);
            }
        }
        if (rows.isEmpty()) {
            throw new UserError(
                    "the dataset is not the one that this run learned from",
                    dataset.folder().toString(),
                    "train again, or measure a newer run");
        }
        return new LeakTest.Material(
                run.id(),
                rows,
                counts,
                heldOut,
                Canaries.of(dataset),
                all.stream().map(DatasetRow::person).distinct().limit(10).toList(),
                others());
    }

    /// What others wrote in the chats, as they wrote it.
    private OthersWords others() {
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            Long me = store.me().map(Person::id).orElse(null);
            Stream<String> texts =
                    store.chats().stream()
                            .flatMap(chat -> store.messages(chat.id()).stream())
                            .filter(m -> m.kind() == Message.Kind.TEXT)
                            .filter(m -> m.personId() != null && !m.personId().equals(me))
                            .map(m -> m.text());
            return OthersWords.of(texts, List.of());
        }
    }
}
