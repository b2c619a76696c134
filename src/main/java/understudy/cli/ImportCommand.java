package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.chat.Chat;
import understudy.chat.Person;
import understudy.importer.AmbiguousDates;
import understudy.importer.DateOrder;
import understudy.importer.ImportBatch;
import understudy.importer.ImportOptions;
import understudy.importer.ImportReport;
import understudy.importer.ImportResult;
import understudy.importer.Importers;
import understudy.store.ChatStore;

/// Reads exports into the store. Importing the same chat again adds only what is new.
@CommandLine.Command(
        name = "import",
        description = "Read exported chats into the store; again adds only what is new.")
final class ImportCommand extends Command {
    @CommandLine.Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Text or zip as the app exported it, or a folder of them.")
    List<Path> files = List.of();

    @CommandLine.Option(
            names = "--me",
            paramLabel = "NAME",
            description = "Which name in the chats is yours; kept for later.")
    @Nullable String me;

    @CommandLine.Option(
            names = "--date-order",
            paramLabel = "ORDER",
            description = "Order of day and month: dmy, mdy or ymd (default: find out).")
    @Nullable DateOrder dateOrder;

    /// Whether these are the demo's chats, which stay apart from one's own.
    boolean demo;

    /// Counts over all files.
    private static final class Totals {
        private int files;
        private int chats;
        private int messages;
        private int added;
        private int linesRead;
        private int linesKept;
        private int failed;
        private final Map<String, Integer> skipped = new TreeMap<>();
    }

    @Override
    int run(Workspace workspace, Console console) {
        List<ImportBatch.Outcome> outcomes =
                ImportBatch.read(expanded(files), new ImportOptions(dateOrder, true));
        outcomes.replaceAll(outcome -> asked(outcome, console));
        Totals totals = new Totals();
        for (ImportBatch.Outcome outcome : outcomes) {
            if (outcome.error() != null) {
                totals.failed++;
                report(outcome.error(), console);
            }
        }
        if (totals.failed == outcomes.size()) {
            return ExitCode.USER;
        }
        if (!demo) {
            DemoHome.putAside(workspace, console);
        }
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            for (ImportBatch.Outcome outcome : outcomes) {
                if (outcome.result() != null) {
                    add(store, outcome.file(), outcome.result(), totals, console);
                }
            }
            String name = settleMe(store, console);
            print(totals, name, console);
        }
        return totals.failed == 0 ? ExitCode.OK : ExitCode.CHECK_FAILED;
    }

    /// Folders become the texts and zips in them; deeper folders are the person's own business.
    private static List<Path> expanded(List<Path> named) {
        List<Path> all = new ArrayList<>();
        for (Path path : named) {
            if (!Files.isDirectory(path)) {
                all.add(path);
                continue;
            }
            try (Stream<Path> inside = Files.list(path)) {
                List<Path> exports =
                        inside.filter(Files::isRegularFile)
                                .filter(ImportCommand::looksLikeAnExport)
                                .sorted()
                                .toList();
                if (exports.isEmpty()) {
                    throw new UserError(
                            "no .txt or .zip in this folder",
                            path.toString(),
                            "put the exported chats into it, or name them");
                }
                all.addAll(exports);
            } catch (IOException e) {
                throw new UserError(
                        "the folder cannot be read", path.toString(), "check its permissions", e);
            }
        }
        return all;
    }

    private static boolean looksLikeAnExport(Path file) {
        String name = file.toString().toLowerCase(java.util.Locale.ROOT);
        return name.endsWith(".txt") || name.endsWith(".zip");
    }

    /// Asks the person for the date order, where there is one to ask.
    private static ImportBatch.Outcome asked(ImportBatch.Outcome outcome, Console console) {
        if (!(outcome.error() instanceof AmbiguousDates open) || !console.interactive()) {
            return outcome;
        }
        console.say(Shown.safe("Day or month first? " + outcome.file() + " has dates such as"));
        open.samples().forEach(sample -> console.say("  " + sample));
        String choices = String.join("/", open.open().stream().map(DateOrder::flag).toList());
        while (true) {
            String answer = console.ask(choices + " [" + open.likelier().flag() + "]: ");
            if (answer == null) {
                return outcome;
            }
            for (DateOrder order : open.open()) {
                boolean chosen =
                        answer.isBlank()
                                ? order == open.likelier()
                                : answer.strip().equalsIgnoreCase(order.flag());
                if (chosen) {
                    return reread(outcome.file(), order);
                }
            }
        }
    }

    private static ImportBatch.Outcome reread(Path file, DateOrder order) {
        try {
            ImportResult result = Importers.read(file, new ImportOptions(order, true));
            return new ImportBatch.Outcome(file, result, null);
        } catch (UserError e) {
            return new ImportBatch.Outcome(file, null, e);
        }
    }

    private static void report(UserError error, Console console) {
        console.error(
                Shown.safe(error.what()),
                error.where() == null ? null : Shown.safe(error.where()),
                Shown.safe(error.fix()));
    }

    private static void add(
            ChatStore store, Path file, ImportResult result, Totals totals, Console console) {
        Path name = file.getFileName();
        int added = 0;
        for (Chat chat : result.chats()) {
            added += store.add(chat, name == null ? file.toString() : name.toString()).added();
        }
        ImportReport report = result.report();
        totals.files++;
        totals.chats += result.chats().size();
        totals.messages += report.messages();
        totals.added += added;
        totals.linesRead += report.linesRead();
        totals.linesKept += report.linesKept();
        for (ImportReport.Skipped skipped : report.skipped()) {
            totals.skipped.merge(skipped.reason(), skipped.count(), Integer::sum);
        }
        console.say(
                Shown.safe(
                        "%7d messages, %7d new   %s"
                                .formatted(report.messages(), added, named(result))));
        report.warnings().forEach(w -> console.warn(Shown.safe(file + ": " + w)));
    }

    private static String named(ImportResult result) {
        List<String> names = result.chats().stream().map(Chat::name).toList();
        return names.size() <= 3
                ? String.join(", ", names)
                : "%s and %d more".formatted(names.getFirst(), names.size() - 1);
    }

    /// @return who the owner is; null where nobody said
    private @Nullable String settleMe(ChatStore store, Console console) {
        if (me != null) {
            store.setMe(me);
        }
        Optional<Person> known = store.me();
        if (known.isPresent()) {
            return known.get().name();
        }
        Optional<Person> proposed = store.proposeMe();
        if (proposed.isPresent()) {
            String name = Shown.safe(proposed.get().name());
            console.say("");
            console.say("Are you " + name + ", who writes in most chats? Then say so:");
            console.say("  understudy people --me \"" + name + "\"");
        } else {
            console.say("");
            console.say("Which of the names is yours? See `understudy people`, then say so:");
            console.say("  understudy people --me NAME");
        }
        return null;
    }

    private static void print(Totals totals, @Nullable String name, Console console) {
        int skippedLines = totals.linesRead - totals.linesKept;
        console.say("");
        console.say(
                "files    %9d%s"
                        .formatted(
                                totals.files,
                                totals.failed == 0 ? "" : "   (" + totals.failed + " failed)"));
        console.say("chats    %9d".formatted(totals.chats));
        console.say(
                "messages %9d   (%d new in the store)".formatted(totals.messages, totals.added));
        console.say(
                "lines    %9d = %d kept + %d skipped"
                        .formatted(totals.linesRead, totals.linesKept, skippedLines));
        totals.skipped.forEach(
                (reason, count) -> console.say("  skipped%7d   %s".formatted(count, reason)));
        if (name != null) {
            console.say("you are  " + Shown.safe(name));
        }
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("files", totals.files);
        result.put("chats", totals.chats);
        result.put("messages", totals.messages);
        result.put("added", totals.added);
        result.put("skipped", totals.skipped);
        result.put("me", name);
        console.result(result);
    }
}
