package understudy.cli;

import java.nio.file.Files;
import understudy.base.ExitCode;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.reply.Voice;
import understudy.run.RunFolder;

/// What a run was made from: its `config.yaml`, enough to go on with it or to talk to it.
///
/// @param base    the base model, as `understudy model get` knows it
/// @param dataset name of the dataset
/// @param recipe  name of the recipe
/// @param me      the owner's name in the first lines
/// @param facts   the line of the owner's facts in the first lines; empty for none
/// @param digest  [Dataset#learnedDigest()] of what was learned from; empty in runs of versions
///                before 2026-11-29
/// @param data    section `dataset`
/// @param train   section `train`
record RunSetup(
        String base,
        String dataset,
        String recipe,
        String me,
        String facts,
        String digest,
        Settings data,
        Settings train) {

    /// The last key: half a file is often good YAML too.
    private static final String LAST = "complete";

    /// What the run's folder says.
    static RunSetup of(RunFolder run) {
        if (!Files.isRegularFile(run.config())) {
            throw new UserError(
                    "the run has no settings",
                    run.config().toString(),
                    "choose another run: understudy runs",
                    ExitCode.UNEXPECTED_STATE,
                    null);
        }
        Settings all = Settings.read(run.config());
        if (!all.flag(LAST, false)) {
            throw new UserError(
                    "the run's settings are cut short",
                    run.config().toString(),
                    "choose another run: understudy runs",
                    ExitCode.UNEXPECTED_STATE,
                    null);
        }
        return new RunSetup(
                all.text("base", ""),
                all.text("dataset_name", ""),
                all.text("recipe", ""),
                all.text("me", ""),
                all.text("fact_line", ""),
                all.text("dataset_sha256", ""),
                all.section("dataset"),
                all.section("train"));
    }

    /// Whether the dataset was prepared again, with another result, after the run learned from it:
    /// what is held out now may be what the run has read.
    boolean changed(Dataset now) {
        return !digest.isEmpty() && !digest.equals(now.learnedDigest());
    }

    /// Whose voice the run learned.
    Voice voice() {
        DatasetConfig config = DatasetConfig.from(data);
        return new Voice(me, config.systemLine(), config.roleNames(), facts);
    }

    /// Whether all weights learned; else an adapter did.
    boolean full() {
        return train.text("method", "lora").equals("full");
    }

    String yaml() {
        StringBuilder yaml = new StringBuilder("# The settings of this run.\n");
        word(yaml, "base", base);
        word(yaml, "dataset_name", dataset);
        word(yaml, "recipe", recipe);
        word(yaml, "me", me);
        if (!facts.isEmpty()) {
            word(yaml, "fact_line", facts);
        }
        word(yaml, "dataset_sha256", digest);
        section(yaml, "dataset", data);
        section(yaml, "train", train);
        yaml.append(LAST).append(": true\n");
        return yaml.toString();
    }

    private static void word(StringBuilder yaml, String key, String value) {
        // a JSON string is a YAML string
        String quoted = understudy.base.Json.json().writeValueAsString(value);
        yaml.append(key).append(": ").append(quoted).append('\n');
    }

    private static void section(StringBuilder yaml, String key, Settings settings) {
        yaml.append(key).append(":\n");
        settings.yaml().lines().forEach(line -> yaml.append("  ").append(line).append('\n'));
    }
}
