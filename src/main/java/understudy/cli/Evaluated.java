package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.run.RunFolder;
import understudy.text.TemplateEncoder;

/// A run and what it is measured with.
///
/// @param heldout rows that training never read, at least one with an own turn; of another
///                preparation where [#changed()]
record Evaluated(
        RunFolder run,
        RunSetup setup,
        Dataset dataset,
        BaseModel base,
        TemplateEncoder encoder,
        List<DatasetRow> heldout) {

    static Evaluated open(Workspace workspace, String name) throws IOException {
        RunFolder run = RunFolder.open(workspace, name);
        RunSetup setup = RunSetup.of(run);
        Dataset dataset = Datasets.open(workspace, setup.dataset());
        BaseModel base = BaseModel.find(workspace, setup.base());
        boolean seed = dataset.config().template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = TemplateEncoder.load(base.path(), seed);
        List<DatasetRow> rows = dataset.rows(Part.HELDOUT, encoder);
        if (rows.stream().allMatch(r -> r.ownCharacters() == 0)) {
            throw new UserError(
                    "nothing was held out to measure with",
                    dataset.folder().toString(),
                    "import more chats, or prepare with a larger heldout_share");
        }
        return new Evaluated(run, setup, dataset, base, encoder, rows);
    }

    /// Whether the run may have read what is held out now.
    boolean changed() {
        return setup.changed(dataset);
    }

    /// What whoever reads a score must know of it; empty where there is nothing.
    List<String> notes() {
        if (!changed()) {
            return List.of();
        }
        return List.of(
                "The dataset %s was prepared again after run %s learned from it: the run"
                                .formatted(setup.dataset(), run.id())
                        + " may have read what is held out now, and score too well.");
    }

    /// Says it before anything is measured.
    void warn(Console console) {
        for (String note : notes()) {
            console.warn(
                    note
                            + " For a sure score: understudy train. Datasets with names of their"
                            + " own stay apart: understudy prepare --name NAME");
        }
    }

    /// What the run learned from, and what it was stopped by.
    List<DatasetRow> training() {
        List<DatasetRow> rows = new ArrayList<>(dataset.rows(Part.TRAIN, encoder));
        rows.addAll(dataset.rows(Part.VALIDATION, encoder));
        return rows;
    }

    /// Tells this held-out part from others.
    String heldoutDigest() {
        return dataset.description()
                .section("files")
                .section(Part.HELDOUT.key())
                .text("sha256", "");
    }

    /// Writes one of the run's reports.
    Path report(String name, Map<String, Object> json) throws IOException {
        byte[] text = Json.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        return report(name, text);
    }

    Path report(String name, byte[] bytes) throws IOException {
        PrivateFiles.createFolders(run.report());
        Path file = run.report().resolve(name);
        PrivateFiles.write(file, out -> out.write(bytes));
        return file;
    }
}
