package understudy.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.Printable;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.chat.Person;
import understudy.store.ChatStore;
import understudy.store.PersonStats;

/// Who is in the store, who of them is the owner, and who is whose what.
@CommandLine.Command(
        name = "people",
        description = "Who is in the store; say who you are, and who others are to you.")
final class PeopleCommand extends Command {
    private static final int NAME = 24;

    @Option(names = "--me", paramLabel = "NAME", description = "This is you.")
    @Nullable String me;

    @Option(
            names = "--merge",
            arity = "2",
            paramLabel = "NAME",
            description = "These two names are one person; the first stays.")
    @Nullable List<String> merge;

    @Option(
            names = "--role",
            paramLabel = "NAME=ROLE",
            description = "What somebody is to you, such as 'Anna=wife'; 'Anna=' takes it away.")
    @Nullable List<String> roles;

    @Option(
            names = "--language",
            paramLabel = "NAME=TAG",
            description =
                    "The language you write to somebody in, such as Anna=de; 'Anna=' takes it"
                            + " away.")
    @Nullable List<String> languages;

    @Override
    int run(Workspace workspace, Console console) {
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            if (store.chats().isEmpty()) {
                throw new UserError("there are no chats yet", null, "understudy import FILE...");
            }
            change(store);
            List<PersonStats> all = store.stats();
            Optional<Person> proposed =
                    store.me().isPresent() ? Optional.empty() : store.proposeMe();
            table(all).forEach(console::say);
            proposed.ifPresent(p ->
                    console.say(
                            "you are probably %1$s: understudy people --me '%1$s'"
                                    .formatted(Printable.line(p.name()))));
            console.result(json(all, proposed));
            return ExitCode.OK;
        }
    }

    private void change(ChatStore store) {
        if (merge != null) {
            for (int i = 0; i + 1 < merge.size(); i += 2) {
                store.merge(merge.get(i), merge.get(i + 1));
            }
        }
        if (me != null) {
            store.setMe(me);
        }
        if (roles != null) {
            for (String role : roles) {
                int equals = role.lastIndexOf('=');
                if (equals < 1) {
                    throw new UserError(
                            "a role is written NAME=ROLE", "--role " + role, "--role Anna=wife");
                }
                store.setRole(role.substring(0, equals), role.substring(equals + 1));
            }
        }
        if (languages != null) {
            for (String language : languages) {
                int equals = language.lastIndexOf('=');
                if (equals < 1) {
                    throw new UserError(
                            "a language is written NAME=TAG",
                            "--language " + language,
                            "--language Anna=de");
                }
                store.setLanguage(language.substring(0, equals), language.substring(equals + 1));
            }
        }
    }

    private static List<String> table(List<PersonStats> all) {
        int width = NAME;
        for (PersonStats stats : all) {
            width = Math.min(2 * NAME, Math.max(width, shown(stats.person()).length()));
        }
        String row = "%-" + width + "s %9s %7s %6s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(row.formatted("name", "messages", "share", "chats", "").stripTrailing());
        for (PersonStats stats : all) {
            lines.add(
                    row.formatted(
                                    shown(stats.person()),
                                    stats.messages(),
                                    String.format(Locale.ROOT, "%.1f%%", 100 * stats.share()),
                                    stats.chats(),
                                    more(stats.person()))
                            .stripTrailing());
        }
        return lines;
    }

    private static String shown(Person person) {
        return Printable.line(person.name()) + (person.me() ? " (you)" : "");
    }

    private static String more(Person person) {
        List<String> words = new ArrayList<>();
        if (person.role() != null) {
            words.add("your " + Printable.line(person.role()));
        }
        if (person.language() != null) {
            words.add(Locale.forLanguageTag(person.language()).getDisplayName(Locale.ENGLISH));
        }
        List<String> others =
                person.aliases().stream()
                        .filter(alias -> !alias.equals(person.name()))
                        .map(Printable::line)
                        .toList();
        if (!others.isEmpty()) {
            words.add("also " + String.join(", ", others));
        }
        return String.join("; ", words);
    }

    private static Map<String, Object> json(List<PersonStats> all, Optional<Person> proposed) {
        List<Object> people = new ArrayList<>();
        for (PersonStats stats : all) {
            Person person = stats.person();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", person.name());
            row.put("messages", stats.messages());
            row.put("share", stats.share());
            row.put("chats", stats.chats());
            row.put("aliases", person.aliases());
            row.put("role", person.role());
            row.put("language", person.language());
            row.put("me", person.me());
            people.add(row);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("people", people);
        result.put("proposed_me", proposed.map(Person::name).orElse(null));
        return result;
    }
}
