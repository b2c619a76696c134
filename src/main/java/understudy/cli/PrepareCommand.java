package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.RecipeFile;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.DatasetBuilder;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetFolder;
import understudy.dataset.DatasetReport;
import understudy.dataset.Part;
import understudy.dataset.Prepared;
import understudy.dataset.Preview;
import understudy.dataset.ReportCharts;
import understudy.dataset.ReportText;
import understudy.dataset.Safeguards;
import understudy.store.ChatStore;
import understudy.store.Corrections;
import understudy.text.TemplateEncoder;

/// Makes a dataset of the store, and shows what became of it.
@CommandLine.Command(
        name = "prepare",
        description = "Make a dataset of the chats, in the base model's tokens and template.")
final class PrepareCommand extends Command {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            defaultValue = BaseModel.STANDARD,
            description = "The model to train (default: ${DEFAULT-VALUE}).")
    String base = BaseModel.STANDARD;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What to call the dataset (default: the recipe's name).")
    @Nullable String name;

    @Option(
            names = "--corrections",
            description =
                    "Learn your corrections of drafts, too; short for --set"
                            + " dataset.corrections=true.")
    boolean corrections;

    @Option(
            names = "--canaries",
            paramLabel = "N",
            description =
                    "Plant made-up secrets, by which evaluate --leak measures; short for --set"
                            + " dataset.canaries=N.")
    @Nullable Integer canaries;

    @Option(
            names = "--balance",
            paramLabel = "T",
            description =
                    "1 learns people as much as you write with them, 0 all alike; short for --set"
                            + " dataset.balance=T.")
    @Nullable Double balance;

    @Option(
            names = "--facts",
            paramLabel = "FILE",
            description =
                    "Facts about you, to be learned first (default: facts.md of the home, where"
                            + " there is one); short for --set dataset.facts_file=FILE.")
    @Nullable Path facts;

    @Mixin RecipeOptions recipe = new RecipeOptions();

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            DatasetBuilder.owner(store);
            RecipeFile recipeFile = recipe.load(settings());
            Settings settings = recipeFile.settings().section("dataset");
            DatasetConfig datasetConfig = DatasetConfig.from(settings);
            String called = called(recipeFile);
            BaseModel model = BaseModel.find(workspace, base);
            TemplateEncoder encoder =
                    TemplateEncoder.load(
                            model.path(), datasetConfig.template() == DatasetConfig.Template.SEED);
            Safeguards safeguards = Safeguards.of(workspace.home(), datasetConfig);
            Prepared prepared =
                    DatasetBuilder.build(
                            store,
                            datasetConfig.corrections()
                                    ? new Corrections(workspace.corrections()).read()
                                    : Corrections.Read.NONE,
                            OwnFacts.read(workspace, datasetConfig.facts()),
                            new Prepared.Origin(model.id(), recipeFile.name(), settings),
                            encoder,
                            safeguards);
            Path folder = workspace.datasets().resolve(called);
            new DatasetFolder(folder).write(prepared, encoder);
            safeguards.canaries().write(folder);
            Optional<String> noCharts = ReportCharts.write(prepared.report(), folder);
            Preview preview = new Preview(encoder, datasetConfig, console.interactive());
            show(console, prepared, preview.of(prepared), noCharts);
            console.say("next: understudy train");
            console.result(json(called, folder, prepared));
            return ExitCode.OK;
        }
    }

    private List<String> settings() {
        List<String> sets = new ArrayList<>();
        if (corrections) {
            sets.add("dataset.corrections=true");
        }
        if (canaries != null) {
            sets.add("dataset.canaries=" + canaries);
        }
        if (balance != null) {
            sets.add("dataset.balance=" + balance);
        }
        if (facts != null) {
            sets.add("dataset.facts_file=" + facts.toAbsolutePath().normalize());
        }
        return sets;
    }

    private String called(RecipeFile recipeFile) {
        String called = name == null ? recipeFile.name() : name;
        if (!NAME.matcher(called).matches()) {
            throw new UserError(
                    "a dataset's name has letters, digits, '.', '-' and '_' only",
                    "--name",
                    "understudy prepare --name " + recipeFile.name());
        }
        return called;
    }

    private static void show(
            Console console, Prepared prepared, String preview, Optional<String> noCharts) {
        DatasetReport report = prepared.report();
        ReportText.funnel(report).forEach(console::say);
        console.say("");
        ReportText.lengths(report).forEach(console::say);
        console.say("");
        ReportText.people(report).forEach(console::say);
        ReportText.balance(report).forEach(console::say);
        noCharts.ifPresent(why -> console.say("no chart files: " + why));
        console.say("");
        console.say("a sample as the model reads it; what is learned is marked");
        preview.lines().forEach(line -> console.say("  " + line));
        console.say("");
    }

    private static Map<String, Object> json(String called, Path folder, Prepared prepared) {
        DatasetReport report = prepared.report();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("dataset", called);
        result.put("folder", folder.toString());
        result.put("base", prepared.origin().base());
        result.put("recipe", prepared.origin().recipe());
        result.put("messages_read", report.messagesRead());
        result.put("train_rows", report.part(Part.TRAIN).rows());
        result.put("validation_rows", report.part(Part.VALIDATION).rows());
        result.put("heldout_rows", report.part(Part.HELDOUT).rows());
        result.put("tokens", report.part(Part.TRAIN).tokens());
        result.put("learned_tokens", report.part(Part.TRAIN).learnedTokens());
        result.put("heldout_own_characters", report.part(Part.HELDOUT).ownCharacters());
        result.put("dropped", report.droppedByReason());
        Map<String, Long> redacted = new LinkedHashMap<>();
        report.redactedByKind().forEach((kind, count) -> redacted.put(kind.key(), count));
        result.put("redacted", redacted);
        result.put("canaries", report.canaries().different());
        result.put("corrections_read", report.corrected().read());
        result.put("corrections_rows", report.corrected().rows());
        result.put("facts_read", report.facts().read());
        result.put("facts_rows", report.part(Part.FACTS).rows());
        return result;
    }
}
