package understudy.cli;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.bot.BotStore;
import understudy.bot.Manners;
import understudy.bot.Outbox;

/// `understudy bot outbox`: what became of the bot's answers.
@CommandLine.Command(
        name = "outbox",
        description = "Show what became of the bot's answers, and which may not have arrived.",
        footer = {
            "",
            "An answer is ambiguous when the connection or the program broke while it was sent. It"
                    + " is",
            "never sent again: look into the chat. Works while the bot runs."
        })
final class BotOutboxCommand extends Command {
    @Option(
            names = "--show-text",
            description = "Show the words of the ambiguous ones, too; they are other people's.")
    boolean showText;

    @Override
    int run(Workspace workspace, Console console) {
        try (BotStore store = BotStore.look(BotTelegramCommand.file(workspace))) {
            Outbox outbox = new Outbox(store, Clock.systemUTC());
            Map<String, Object> counts = new LinkedHashMap<>();
            outbox.counts()
                    .forEach((state, n) -> counts.put(state.name().toLowerCase(Locale.ROOT), n));
            List<Outbox.Listed> unsure = outbox.ambiguous();
            List<List<String>> table = new ArrayList<>();
            table.add(List.of("state", "answers"));
            counts.forEach((state, n) -> table.add(List.of(state, String.valueOf(n))));
            Table.print(table, console);
            List<Object> listed = new ArrayList<>();
            if (!unsure.isEmpty()) {
                console.say("");
                console.say("may or may not have arrived:");
            }
            for (Outbox.Listed answer : unsure) {
                Map<String, Object> row = row(answer, Manners.called(store, answer.chat()));
                if (showText) {
                    row.put("text", outbox.text(answer.id()));
                }
                listed.add(row);
                console.say(line(row));
                if (showText) {
                    outbox.text(answer.id())
                            .lines()
                            .forEach(said -> console.say("    " + Shown.safe(said)));
                }
            }
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("counts", counts);
            json.put("ambiguous", listed);
            console.result(json);
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> row(Outbox.Listed answer, String name) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", answer.id());
        row.put("created", answer.createdAt().toString());
        row.put("chat", answer.chat());
        row.put("name", name);
        row.put("own_account", answer.business());
        row.put("bubbles", answer.bubbles());
        row.put("sent", answer.sent());
        row.put("reason", answer.reason());
        return row;
    }

    private static String line(Map<String, Object> row) {
        String name = String.valueOf(row.get("name"));
        return "%s  chat %s%s  %s of %s messages sent: %s"
                .formatted(
                        RunsCommand.local(Instant.parse(String.valueOf(row.get("created")))),
                        row.get("chat"),
                        name.isEmpty() ? "" : " (" + Shown.safe(name, 40) + ")",
                        row.get("sent"),
                        row.get("bubbles"),
                        row.get("reason"));
    }
}
