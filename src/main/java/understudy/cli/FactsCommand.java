package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.RecipeFile;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.DatasetConfig;
import understudy.dataset.FactPreview;
import understudy.dataset.Safeguards;
import understudy.dataset.facts.Fact;
import understudy.dataset.facts.FactTalks;
import understudy.dataset.facts.FactsFile;
import understudy.store.ChatStore;

/// Shows what was understood of the owner's facts, and what is made of them, without a model.
@CommandLine.Command(
        name = "facts",
        description = "Show your facts (facts.md) and the questions and answers made of them.",
        footer = {
            "",
            "understudy facts init writes a facts.md to fill in. What stands in it is learned by",
            "the next prepare and train, and may be told to anybody who asks."
        },
        subcommands = FactsInitCommand.class)
final class FactsCommand extends Command {
    private static final int SHOWN = 12;

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        Path file = workspace.home().resolve(FactsFile.NAME);
        if (!Files.isRegularFile(file)) {
            throw new UserError("there are no facts yet", file.toString(), "understudy facts init");
        }
        List<Fact> facts = FactsFile.read(file);
        DatasetConfig config =
                DatasetConfig.from(
                        RecipeFile.load("default", List.of()).settings().section("dataset"));
        FactPreview preview;
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            preview = FactPreview.of(store, facts, config, Safeguards.of(workspace.home(), config));
        }
        show(console, preview);
        console.result(json(file, preview));
        return ExitCode.OK;
    }

    private static void show(Console console, FactPreview preview) {
        FactTalks talks = preview.talks();
        console.say(
                "%,d facts, asked for in %s"
                        .formatted(
                                preview.facts().size(), String.join(" and ", preview.languages())));
        for (Fact fact : preview.facts()) {
            console.say("  line %d: %s".formatted(fact.line(), Shown.safe(fact.text())));
        }
        console.say("");
        console.say(
                "%,d questions about them, %,d about unknown facts, answered by %,d evasions of"
                                .formatted(talks.told(), talks.evaded(), preview.evasions())
                        + " yours; such as");
        talks.talks().stream()
                .flatMap(List::stream)
                .limit(SHOWN)
                .forEach(exchange -> {
                    console.say("  > " + Shown.safe(exchange.asked()));
                    console.say("    " + Shown.safe(exchange.answer()));
                });
        console.say("next: understudy prepare, then understudy train");
    }

    private static Map<String, Object> json(Path file, FactPreview preview) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", file.toString());
        json.put("facts", preview.facts().size());
        json.put("languages", preview.languages());
        json.put("known_questions", preview.talks().told());
        json.put("unknown_questions", preview.talks().evaded());
        json.put("evasions", preview.evasions());
        return json;
    }
}
