package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.bot.BotStore;
import understudy.bot.Forgetting;
import understudy.chat.Message;
import understudy.chat.Person;
import understudy.run.RunFolder;
import understudy.store.ChatStore;
import understudy.store.Corrections;
import understudy.store.Forgotten;
import understudy.store.StoredChat;
import understudy.store.StoredMessage;

/// Takes somebody out of everything that is kept here.
@CommandLine.Command(
        name = "forget",
        description = "Remove a person's messages from everything that is kept here.",
        footer = {
            "",
            "Removes what they wrote from the chats, the corrections and the bot's memory, whole",
            "chats of the two of you, and every dataset they are in. A run that learned from them",
            "cannot unlearn: --runs deletes it. The exports you imported are yours to delete."
        })
final class ForgetCommand extends Command {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PERSON",
            description = "Whom, as understudy people shows them.")
    @Nullable String name;

    @Option(
            names = "--runs",
            description =
                    "Delete the runs that learned from them, too; without PERSON those that"
                            + " learned from people forgotten before.")
    boolean runs;

    @Option(names = "--dry-run", description = "Only say what would be removed.")
    boolean dryRun;

    @Option(names = "--yes", description = "Do not ask.")
    boolean yes;

    /// All that is found of a person.
    private record Found(
            Forgotten store,
            Corrections.Removed corrections,
            long botLines,
            List<Path> datasets,
            List<RunFolder> runs) {}

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        String wanted = name;
        if (wanted == null) {
            return runsOnly(workspace, console);
        }
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            Person person = store.person(wanted);
            if (person.me()) {
                throw new UserError(
                        "that is you",
                        "PERSON",
                        "to forget everything, delete the folder " + workspace.home());
            }
            Found found = walk(workspace, store, person, true);
            DerivedFiles.requireIdle(found.runs);
            say(console, found);
            if (dryRun) {
                console.say("nothing was removed (--dry-run)");
                console.result(json(found, List.of()));
                return ExitCode.OK;
            }
            confirm(console, "forget " + Shown.safe(person.name(), 40));
            Found done = walk(workspace, store, person, false);
            List<String> deleted = settle(console, done.runs);
            console.say("done. The exports that you imported are not touched.");
            console.result(json(done, deleted));
            return ExitCode.OK;
        }
    }

    private Found walk(Workspace workspace, ChatStore store, Person person, boolean dry)
            throws IOException {
        List<String> names = new ArrayList<>(person.aliases());
        names.add(person.name());
        DerivedFiles derived = new DerivedFiles(workspace, names, texts(store, person));
        List<Path> datasets = derived.datasets();
        List<RunFolder> runsOfThem = derived.runs(datasets);
        long botLines = 0;
        Path bot = BotTelegramCommand.file(workspace);
        if (Files.exists(bot)) {
            try (BotStore botStore = dry ? BotStore.look(bot) : BotStore.open(bot)) {
                botLines = new Forgetting(botStore, names).run(dry);
            }
        }
        Corrections.Removed corrections =
                new Corrections(workspace.corrections()).remove(names, dry);
        if (!dry) {
            for (Path dataset : datasets) {
                DerivedFiles.delete(dataset);
            }
        }
        Forgotten forgotten = store.forget(person, dry); // last: till then it can be done again
        return new Found(forgotten, corrections, botLines, datasets, runsOfThem);
    }

    private static List<String> texts(ChatStore store, Person person) {
        List<String> texts = new ArrayList<>();
        for (StoredChat chat : store.chats()) {
            for (StoredMessage message : store.messages(chat.id())) {
                Long writer = message.personId();
                if (message.kind() == Message.Kind.TEXT
                        && writer != null
                        && writer == person.id()) {
                    texts.add(message.text());
                }
            }
        }
        return texts;
    }

    private static void say(Console console, Found found) {
        Forgotten store = found.store;
        console.say("%,d messages of theirs".formatted(store.messages()));
        console.say(
                "  %,d chats of the two of you, with %,d messages of yours"
                        .formatted(store.chats().size(), store.ownMessages()));
        console.say(
                "  %,d messages and %,d lines of the app in chats with others"
                        .formatted(store.groupMessages(), store.systemLines()));
        if (store.mentions() > 0) {
            console.say(
                    "  (%,d messages of you or others there name them, and stay)"
                            .formatted(store.mentions()));
        }
        console.say("%,d corrections".formatted(found.corrections.corrections()));
        console.say("%,d lines of the bot's conversations".formatted(found.botLines));
        console.say(
                "%,d datasets: %s"
                        .formatted(
                                found.datasets.size(),
                                String.join(
                                        ", ",
                                        found.datasets.stream()
                                                .map(d -> d.getFileName().toString())
                                                .toList())));
        if (!found.runs.isEmpty()) {
            console.say(
                    "%,d runs learned from them and cannot unlearn: %s"
                            .formatted(
                                    found.runs.size(),
                                    String.join(
                                            ", ",
                                            found.runs.stream().map(RunFolder::id).toList())));
        }
    }

    private void confirm(Console console, String what) {
        if (yes) {
            return;
        }
        if (!console.interactive()) {
            throw new UserError(
                    "nobody is here to confirm: " + what,
                    null,
                    "--yes, or --dry-run to see what would be removed");
        }
        String answer = console.ask(what + "? This cannot be taken back. [y/N] ");
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new UserError("nothing was removed", null, "answer y to go on");
        }
    }

    /// @return ids of the runs that were deleted
    private List<String> settle(Console console, List<RunFolder> found) throws IOException {
        List<String> deleted = new ArrayList<>();
        for (RunFolder run : found) {
            if (runs) {
                DerivedFiles.delete(run.path());
                deleted.add(run.id());
            } else {
                DerivedFiles.mark(run);
            }
        }
        if (!deleted.isEmpty()) {
            console.say("deleted runs: " + String.join(", ", deleted));
        } else if (!found.isEmpty()) {
            console.say("the runs are still there: understudy forget --runs deletes them");
            console.say("then: understudy prepare, train");
        }
        return deleted;
    }

    private int runsOnly(Workspace workspace, Console console) throws IOException {
        if (!runs) {
            throw new UserError("whom?", "PERSON", "understudy people lists everybody");
        }
        List<RunFolder> marked = DerivedFiles.marked(workspace);
        DerivedFiles.requireIdle(marked);
        List<String> ids = marked.stream().map(RunFolder::id).toList();
        console.say(
                ids.isEmpty()
                        ? "no run learned from anybody who is forgotten"
                        : "runs that learned from forgotten people: " + String.join(", ", ids));
        if (!dryRun && !ids.isEmpty()) {
            confirm(console, "delete " + ids.size() + " runs");
            settle(console, marked);
        }
        console.result(Map.of("runs", ids, "runs_deleted", dryRun ? List.of() : ids));
        return ExitCode.OK;
    }

    private Map<String, Object> json(Found found, List<String> deleted) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("messages", found.store.messages());
        json.put("chats", found.store.chats().size());
        json.put("own_messages", found.store.ownMessages());
        json.put("group_messages", found.store.groupMessages());
        json.put("system_lines", found.store.systemLines());
        json.put("mentions_left", found.store.mentions());
        json.put("corrections", found.corrections.corrections());
        json.put("bot_lines", found.botLines);
        json.put("datasets", found.datasets.stream().map(d -> d.getFileName().toString()).toList());
        json.put("runs", found.runs.stream().map(RunFolder::id).toList());
        json.put("runs_deleted", deleted);
        json.put("dry_run", dryRun);
        return json;
    }
}
