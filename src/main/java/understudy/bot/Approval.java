package understudy.bot;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import understudy.base.Json;
import understudy.chat.Correction;
import understudy.chat.Role;
import understudy.reply.Voice;

/// Shows drafts to the owner, and does what they decide. Nothing here sends without a click.
final class Approval {
    private static final String EDITING = "editing";

    /// Characters of the other's words shown above a draft.
    private static final int QUOTED = 500;

    /// Lines of a conversation that a correction keeps.
    private static final int KEPT = 40;

    private final Kit kit;

    Approval(Kit kit) {
        this.kit = kit;
    }

    /// Adds a draft and shows it; in the caller's transaction.
    void propose(Drafts.Draft draft, List<HistoryLine> asked) {
        Drafts.Draft stored = kit.drafts().add(draft);
        String words = String.join("\n", asked.stream().map(HistoryLine::text).toList());
        show(stored, words, stored.key());
    }

    private void show(Drafts.Draft draft, String asked, String key) {
        OptionalLong owner = kit.owner();
        if (owner.isEmpty()) {
            throw new IllegalStateException("a draft without an owner");
        }
        String text = shown(draft, asked);
        kit.outbox()
                .enqueue(
                        Kit.toOwner(owner.getAsLong(), text, buttons(draft), Answer.Kind.DRAFT),
                        key);
    }

    private String shown(Drafts.Draft draft, String asked) {
        StringBuilder text = new StringBuilder("For ").append(whom(draft));
        if (draft.business()) {
            text.append(", in your own name");
        }
        if (!asked.isEmpty()) {
            String quote =
                    asked.length() > QUOTED ? Bubbles.split(asked, QUOTED).getFirst() : asked;
            text.append("\nwho wrote: ").append(quote);
            text.append(quote.length() < asked.length() ? "…" : "");
        }
        text.append("\n\n");
        if (!draft.disclosure().isEmpty()) {
            text.append(draft.disclosure()).append('\n');
        }
        return text.append(draft.text()).toString();
    }

    private String whom(Drafts.Draft draft) {
        String link = kit.register().link(draft.chat()).orElse("");
        String name = draft.name().isEmpty() ? "somebody" : draft.name();
        return (link.isEmpty() || link.equals(name) ? name : name + " = " + link)
                + " ("
                + draft.chat()
                + ")";
    }

    private List<List<ChatTransport.Button>> buttons(Drafts.Draft draft) {
        String stem = "d:" + draft.id() + ":" + draft.version() + ":";
        List<ChatTransport.Button> first =
                List.of(
                        new ChatTransport.Button("Send", stem + "s"),
                        new ChatTransport.Button("Edit", stem + "e"),
                        new ChatTransport.Button("Discard", stem + "x"));
        List<ChatTransport.Button> again =
                List.of(new ChatTransport.Button("Regenerate", stem + "r"));
        List<ChatTransport.Button> line =
                List.of(new ChatTransport.Button("Leave out the first line", stem + "l"));
        boolean optional = draft.business() && !draft.disclosure().isEmpty();
        if (draft.fixed()) {
            return List.of(first);
        }
        return optional ? List.of(first, again, line) : List.of(first, again);
    }

    /// A press of one of its buttons, by the owner.
    ///
    /// @param data as [#buttons] made it
    void pressed(Update.ButtonPressed press, String[] data, Desk desk) {
        Drafts.Draft draft = kit.drafts().find(Long.parseLong(data[1])).orElse(null);
        if (draft == null) {
            kit.seen(press.press(), "This draft is forgotten.");
            return;
        }
        kit.drafts().pending(); // marks what is over its time
        draft = kit.drafts().find(draft.id()).orElse(draft);
        if (draft.state() != Drafts.State.PENDING || draft.version() != Integer.parseInt(data[2])) {
            kit.seen(press.press(), over(draft));
            return;
        }
        switch (data[3]) {
            case "s" -> send(press, draft);
            case "e" -> {
                kit.register().setValue(EDITING, Long.toString(draft.id()));
                kit.seen(press.press(), "Write the text to send instead.");
            }
            case "x" -> {
                kit.drafts().decide(draft, Drafts.State.DISCARDED, draft.text());
                kit.register().setValue(EDITING, null);
                kit.seen(press.press(), "Discarded.");
                kit.replace(press.chat().id(), press.message(), "Discarded.", List.of());
            }
            case "r" -> again(press, draft, desk::cancelled, desk);
            case "l" -> withoutLine(press, draft);
            default -> kit.seen(press.press(), "");
        }
    }

    private static String over(Drafts.Draft draft) {
        return switch (draft.state()) {
            case SENT -> "It was sent already.";
            case DISCARDED -> "It was discarded already.";
            case EXPIRED -> "This draft has expired. Nothing was sent.";
            case REPLACED, PENDING -> "There is a newer draft for this chat.";
        };
    }

    private void send(Update.ButtonPressed press, Drafts.Draft draft) {
        String why = cannot(draft);
        if (!why.isEmpty()) {
            kit.seen(press.press(), why);
            return;
        }
        boolean first = approve(draft, draft.text());
        kit.register().setValue(EDITING, null);
        kit.seen(press.press(), first ? "Sent." : "It was sent already.");
        kit.replace(press.chat().id(), press.message(), shown(draft, "") + "\n\n✓ sent", List.of());
    }

    /// Puts an approved text on its way; once, however often it is asked for.
    private boolean approve(Drafts.Draft draft, String text) {
        return kit.store()
                .write(handle -> {
                    if (!kit.drafts().decide(draft, Drafts.State.SENT, text)) {
                        return false;
                    }
                    Answer answer =
                            kit.answer(
                                    draft.place(),
                                    draft.connection(),
                                    draft.replyTo(),
                                    draft.disclosure(),
                                    new Writer.Written(text, draft.fixed()),
                                    Duration.ofDays(1)); // the owner's reading was wait enough
                    kit.disclosed(draft.place());
                    return kit.outbox().enqueue(answer, "approved:" + draft.id());
                });
    }

    /// Why a draft cannot be sent now; empty where it can.
    private String cannot(Drafts.Draft draft) {
        if (kit.killSwitch().on()) {
            return "The bot is stopped. /start lets it go on.";
        }
        if (draft.connection() == null) {
            return "";
        }
        Optional<Register.Connection> connection = kit.register().connection(draft.connection());
        if (connection.isEmpty() || !connection.get().enabled() || !connection.get().canReply()) {
            return "The bot may not write in this account any more.";
        }
        return draft.lastIncoming().isBefore(kit.clock().instant().minus(BotRules.BUSINESS_WINDOW))
                ? "Telegram lets a bot answer here within 24 hours only."
                : "";
    }

    private void again(
            Update.ButtonPressed press, Drafts.Draft draft, BooleanSupplier cancelled, Desk desk) {
        if (draft.fixed()) {
            kit.seen(press.press(), "This is said by rule.");
            return;
        }
        kit.seen(press.press(), "Another one comes.");
        Register.Place place = draft.place();
        List<HistoryLine> lines = desk.history(place.chat(), place.business(), Writer.LINES);
        Voice.Partner partner = kit.partner(place.chat());
        String language = kit.language(place, "", List.of());
        Writer.Written written =
                kit.writer()
                        .write(
                                new Writer.Task(
                                        place,
                                        lines,
                                        place.chat() < 0,
                                        partner,
                                        facts(place),
                                        language),
                                null,
                                cancelled);
        if (written.text().isEmpty()) {
            return;
        }
        kit.store()
                .change(handle ->
                        kit.drafts()
                                .rewrite(draft, written.text(), draft.disclosure())
                                .ifPresent(newer -> show(newer, "", newer.key())));
        kit.replace(press.chat().id(), press.message(), "Another one is below.", List.of());
    }

    private void withoutLine(Update.ButtonPressed press, Drafts.Draft draft) {
        kit.drafts()
                .rewrite(draft, draft.text(), "")
                .ifPresent(newer -> {
                    kit.seen(press.press(), "Left out.");
                    kit.replace(
                            press.chat().id(),
                            press.message(),
                            shown(newer, "")
                                    + "\n\nWithout the first line nobody learns that a program"
                                    + " wrote this. You answer for it.",
                            buttons(newer));
                });
    }

    List<String> facts(Register.Place place) {
        return kit.register().facts(place).stream().map(Register.Fact::text).toList();
    }

    /// What the owner wrote instead of a draft: after Edit, or as an answer to the draft itself.
    ///
    /// @return what to say to the owner; empty where the message is something else
    Optional<String> edited(Update.Message message, Desk desk) {
        Optional<String> editing = kit.register().value(EDITING);
        Drafts.Draft draft = answered(message).orElse(null);
        if (draft == null && editing.isPresent()) {
            draft = kit.drafts().find(Long.parseLong(editing.get())).orElse(null);
        }
        if (draft == null) {
            return Optional.empty();
        }
        String outcome = edited(draft, message.text().strip(), desk);
        kit.register().setValue(EDITING, null); // last: an error before it is tried again
        return Optional.of(outcome);
    }

    private String edited(Drafts.Draft draft, String text, Desk desk) {
        kit.drafts().pending();
        Drafts.Draft now = kit.drafts().find(draft.id()).orElse(draft);
        if (now.state() != Drafts.State.PENDING) {
            return over(now);
        }
        String why = cannot(now);
        if (!why.isEmpty()) {
            return why;
        }
        Correction correction =
                correction(
                        "draft-" + now.id(),
                        now.place(),
                        now.name(),
                        desk.history(now.chat(), now.business(), KEPT),
                        now.text(),
                        text);
        if (!approve(now, text)) {
            return over(now);
        }
        if (!text.equals(now.text()) && !now.fixed()) {
            kit.corrections().append(correction);
            return "Sent, and kept as a correction.";
        }
        return "Sent.";
    }

    /// The draft whose showing a message answers.
    Optional<Drafts.Draft> answered(Update.Message message) {
        Update.Answered answered = message.answers();
        if (answered == null) {
            return Optional.empty();
        }
        return kit.drafts().newest(50).stream()
                .filter(d -> {
                    OptionalLong shown = kit.outbox().messageId(d.key());
                    return shown.isPresent() && shown.getAsLong() == answered.message();
                })
                .findFirst();
    }

    /// "I'd rather say": a correction that waits for Keep or Drop.
    ///
    /// @param better what the owner would rather have said
    /// @return what to tell the owner
    String rather(Update.Message message, String better, Desk desk) {
        Update.Answered answered = message.answers();
        if (answered == null || better.isBlank()) {
            return "Answer one of the bot's messages with /rather and what you would say.";
        }
        Optional<Drafts.Draft> draft = answered(message);
        Register.Place place =
                draft.map(Drafts.Draft::place)
                        .orElse(new Register.Place(message.chat().id(), false));
        List<HistoryLine> lines = desk.history(place.chat(), place.business(), Writer.LINES);
        String said =
                draft.map(Drafts.Draft::text).orElse(kit.texts().undisclosed(answered.text()));
        int at = lines.size();
        for (int i = 0; i < lines.size(); i++) {
            Long id = lines.get(i).message();
            if (id != null && id == answered.message() && draft.isEmpty()) {
                at = i;
            }
        }
        if ((draft.isEmpty() && !answered.fromBot()) || said.isBlank()) {
            return "Answer one of the bot's messages with /rather and what you would say.";
        }
        Correction correction =
                correction(
                        "rather-" + message.chat().id() + "-" + message.message(),
                        place,
                        draft.map(Drafts.Draft::name).orElse(name(message)),
                        lines.subList(Math.max(0, at - KEPT), at),
                        said,
                        better.strip());
        long id = kit.register().addReview(place, Json.json().writeValueAsString(correction));
        kit.tellOwner(
                "To learn from:\n\ninstead of: " + said + "\nrather: " + better.strip(),
                List.of(
                        List.of(
                                new ChatTransport.Button("Keep", "r:" + id + ":k"),
                                new ChatTransport.Button("Drop", "r:" + id + ":d"))),
                "review:" + id);
        return "";
    }

    private static String name(Update.Message message) {
        if (message.chat().kind() != Update.ChatKind.PRIVATE) {
            return message.chat().title();
        }
        return message.from() == null ? "" : message.from().name();
    }

    /// Keep or Drop.
    void reviewed(Update.ButtonPressed press, String[] data) {
        Optional<String> waiting = kit.register().takeReview(Long.parseLong(data[1]));
        if (waiting.isEmpty()) {
            kit.seen(press.press(), "It was decided already.");
            return;
        }
        boolean keep = data[2].equals("k");
        if (keep) {
            kit.corrections().append(Json.json().readValue(waiting.get(), Correction.class));
        }
        String what = keep ? "Kept." : "Dropped.";
        kit.seen(press.press(), what);
        kit.replace(press.chat().id(), press.message(), what, List.of());
    }

    private Correction correction(
            String id,
            Register.Place place,
            String name,
            List<HistoryLine> lines,
            String draft,
            String better) {
        List<Correction.Said> history =
                lines.stream()
                        .map(l ->
                                new Correction.Said(
                                        l.role(),
                                        l.role() == Role.ASSISTANT
                                                ? kit.rules().me()
                                                : l.name().isEmpty() ? null : l.name(),
                                        l.role() == Role.ASSISTANT
                                                ? kit.texts().undisclosed(l.text())
                                                : l.text()))
                        .filter(s -> !s.content().isBlank())
                        .toList();
        String person = kit.register().link(place.chat()).orElse(name);
        return new Correction(
                id,
                LocalDateTime.ofInstant(kit.clock().instant(), ZoneId.systemDefault()).withNano(0),
                person,
                name.isEmpty() ? person : name,
                history,
                draft,
                better);
    }

    /// What waits, shown once more.
    String pending() {
        List<Drafts.Draft> waiting = kit.drafts().pending();
        long now = kit.clock().millis();
        waiting.stream().limit(5).forEach(d -> show(d, "", d.key() + ":again:" + now));
        return waiting.isEmpty()
                ? "Nothing waits for you."
                : waiting.size() + " waiting" + (waiting.size() > 5 ? "; the first five:" : ":");
    }
}
