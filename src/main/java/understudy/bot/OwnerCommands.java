package understudy.bot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import understudy.chat.Person;

/// What the owner alone may tell the bot to do. It answers in English, to the owner only.
final class OwnerCommands {
    static final String HELP =
            """
            Only you:
            /people – chats, and who they are
            /link NAME – this chat is NAME of your chats; answering a draft: whom it is for; \
            /link NUMBER NAME elsewhere
            /as NAME – talk to me as if you were NAME; /as alone: as yourself
            /remember TEXT – a fact for this chat; alone: what I remember
            /rather TEXT – answering one of my messages: what you would say
            /allow NUMBER, /disallow NUMBER – whom I answer
            /pending – drafts that wait for you
            /pause, /resume – this chat, or with a NUMBER that one; alone here: everything
            /stop, /start – stop everything at once, and go on\
            """;

    private static final int SHOWN = 25;

    private final Kit kit;
    private final Approval approval;

    OwnerCommands(Kit kit, Approval approval) {
        this.kit = kit;
        this.approval = approval;
    }

    /// @return what to say; empty for nothing; absent where it is no command of the owner's
    Optional<String> obey(Command command, Update.Message message, Desk desk) {
        return switch (command.name()) {
            case "people" -> Optional.of(people());
            case "link" -> Optional.of(link(command.rest(), message));
            case "as" -> Optional.of(as(command.rest(), message.chat().id()));
            case "remember" -> Optional.of(remember(command.rest(), message));
            case "rather" -> Optional.of(approval.rather(message, command.rest(), desk));
            case "allow" -> Optional.of(allow(command.rest(), true));
            case "disallow" -> Optional.of(allow(command.rest(), false));
            case "pending" -> Optional.of(approval.pending());
            case "pause" -> Optional.of(pause(command.rest(), message, true));
            case "resume" -> Optional.of(pause(command.rest(), message, false));
            default -> Optional.empty();
        };
    }

    private String people() {
        kit.people().refresh();
        List<String> lines = new ArrayList<>();
        for (Register.Met met : kit.register().met(SHOWN)) {
            long id = met.place().chat();
            Optional<String> link = kit.register().link(id);
            lines.add(
                    id
                            + " "
                            + met.name()
                            + (met.place().business() ? " (your account)" : "")
                            + link.map(l -> " = " + l).orElse("")
                            + (kit.register().silent(met.place()) ? ", paused" : "")
                            + (kit.letIn(id) ? ", allowed" : ""));
            if (link.isEmpty() && !kit.owner(id)) {
                suggest(id, met.name(), "people:" + id + ":" + kit.clock().millis());
            }
        }
        return lines.isEmpty() ? "Nobody has written yet." : String.join("\n", lines);
    }

    /// Asks the owner whether somebody of the network is somebody of the store, where the names are
    /// alike.
    void suggest(long id, String name, String key) {
        List<Person> alike = kit.people().called(name);
        if (!alike.isEmpty()) {
            kit.tellOwner(
                    "Who is " + name + " (" + id + ")?", buttons(id, alike), "suggest:" + key);
        }
    }

    private static List<List<ChatTransport.Button>> buttons(long id, List<Person> people) {
        return people.stream()
                .limit(4)
                .map(p -> List.of(new ChatTransport.Button(p.name(), "l:" + id + ":" + p.id())))
                .toList();
    }

    private String link(String rest, Update.Message message) {
        String name = rest;
        long id = message.chat().id();
        Optional<Drafts.Draft> draft = approval.answered(message);
        String[] words = rest.split("\\s+", 2);
        if (draft.isPresent()) {
            id = draft.get().chat();
        } else if (words.length == 2 && words[0].matches("-?\\d{1,18}")) {
            id = Long.parseLong(words[0]);
            name = words[1];
        }
        return link(id, name);
    }

    private String link(long id, String name) {
        if (name.isBlank()) {
            kit.register().setLink(id, null);
            return "No longer linked.";
        }
        kit.people().refresh();
        List<Person> found = kit.people().called(name);
        boolean exact =
                found.size() == 1
                        && People.names(found.getFirst()).stream()
                                .anyMatch(n -> n.equalsIgnoreCase(name.strip()));
        if (exact) {
            kit.register().setLink(id, found.getFirst().name());
            return linked(found.getFirst());
        }
        if (found.isEmpty()) {
            return "Nobody in your chats is called that. understudy people lists everybody.";
        }
        kit.tellOwner(
                "Whom do you mean?",
                buttons(id, found),
                "which:" + id + ":" + kit.clock().millis());
        return "";
    }

    private static String linked(Person person) {
        return "Linked: "
                + person.name()
                + (person.role() == null ? "" : ", your " + person.role())
                + ".";
    }

    /// A press of a link's button.
    void linkPressed(Update.ButtonPressed press, String[] data) {
        Optional<Person> person = kit.people().byId(Long.parseLong(data[2]));
        if (person.isEmpty()) {
            kit.seen(press.press(), "Not in your chats any more.");
            return;
        }
        kit.register().setLink(Long.parseLong(data[1]), person.get().name());
        kit.seen(press.press(), "Linked.");
        kit.replace(press.chat().id(), press.message(), linked(person.get()), List.of());
    }

    private String as(String name, long chat) {
        if (name.isBlank()) {
            kit.register().setLink(chat, null);
            return "You are yourself again.";
        }
        return link(chat, name);
    }

    private String remember(String text, Update.Message message) {
        Register.Place place =
                approval.answered(message)
                        .map(Drafts.Draft::place)
                        .orElse(new Register.Place(message.chat().id(), false));
        if (!text.isBlank()) {
            String sentence = text.strip();
            kit.register()
                    .addFact(place, sentence.matches(".*[.!?。！？]$") ? sentence : sentence + ".");
            return "Remembered for this chat.";
        }
        List<Register.Fact> facts = kit.register().facts(place);
        long now = kit.clock().millis();
        for (Register.Fact fact : facts) {
            kit.tellOwner(
                    fact.text(),
                    List.of(List.of(new ChatTransport.Button("Forget", "f:" + fact.id()))),
                    "fact:" + fact.id() + ":" + now);
        }
        return facts.isEmpty() ? "Nothing yet: /remember TEXT" : "I remember:";
    }

    /// A press of Forget.
    void factPressed(Update.ButtonPressed press, String[] data) {
        boolean gone = kit.register().dropFact(Long.parseLong(data[1]));
        kit.seen(press.press(), gone ? "Forgotten." : "It was forgotten already.");
        kit.replace(press.chat().id(), press.message(), "Forgotten.", List.of());
    }

    private String allow(String rest, boolean yes) {
        List<Long> ids = numbers(rest);
        if (ids.isEmpty()) {
            return "Write the person's number: /people shows those who wrote.";
        }
        ids.forEach(id -> kit.register().allow(id, yes));
        boolean unused = yes && kit.rules().mode() == Mode.OWNER;
        return (yes ? "Let in." : "No longer let in.")
                + (unused ? " It counts with --mode allow or approve." : "");
    }

    private static List<Long> numbers(String rest) {
        List<Long> ids = new ArrayList<>();
        for (String word : rest.split("[\\s,]+")) {
            if (word.matches("-?\\d{1,18}")) {
                ids.add(Long.parseLong(word));
            }
        }
        return ids;
    }

    private String pause(String rest, Update.Message message, boolean pause) {
        Optional<Drafts.Draft> draft = approval.answered(message);
        List<Long> ids = numbers(rest);
        boolean here = message.chat().kind() != Update.ChatKind.PRIVATE;
        if (draft.isPresent()) {
            silence(draft.get().place(), pause);
        } else if (!ids.isEmpty()) {
            for (long id : ids) {
                silence(new Register.Place(id, false), pause);
                silence(new Register.Place(id, true), pause);
            }
        } else if (here) {
            silence(new Register.Place(message.chat().id(), false), pause);
        } else {
            kit.register().pauseAll(pause);
            return pause ? "I answer nobody but you until /resume." : "I answer again.";
        }
        return pause ? "Paused." : "Resumed.";
    }

    private void silence(Register.Place place, boolean silent) {
        kit.register().setSilent(place, Register.By.OWNER, silent);
        if (silent) {
            kit.drafts().discard(place);
            kit.outbox().drop(place.chat(), place.business(), "paused");
        }
    }

    /// A press of Resume.
    void resumePressed(Update.ButtonPressed press, String[] data) {
        silence(new Register.Place(Long.parseLong(data[1]), data[2].equals("1")), false);
        kit.seen(press.press(), "Resumed.");
        kit.replace(press.chat().id(), press.message(), "Resumed.", List.of());
    }
}
