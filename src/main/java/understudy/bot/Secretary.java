package understudy.bot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import understudy.chat.Role;

/// The bot in the owner's own account: drafts for chats that the owner chose, never a word without
/// a click; where the owner writes, it steps back.
final class Secretary {
    /// The bot's own words come back as the account's: within this time they are known again.
    private static final Duration ECHO = Duration.ofMinutes(10);

    private final Kit kit;
    private final Approval approval;
    private final BotQuestion question;

    Secretary(Kit kit, Approval approval, BotQuestion question) {
        this.kit = kit;
        this.approval = approval;
        this.question = question;
    }

    /// An account let the bot in, changed what it may, or closed.
    void connected(Update.Business business, Desk desk) {
        kit.register().setConnection(business);
        if (!business.enabled()) {
            kit.drafts().discard(business.connection());
        }
        if (kit.owner(business.user())) {
            String text =
                    !business.enabled()
                            ? "Your account is closed to me; what waited is discarded."
                            : business.canReply()
                                    ? "Your account is open to me. Drafts come here; nothing is"
                                            + " sent without your click."
                                    : "Your account is open to me, but without the right to"
                                            + " reply: I can only show drafts.";
            kit.tellOwner(text, List.of(), "business:" + business.id());
        }
        desk.skip("account");
    }

    /// Messages of one chat of an account.
    void messages(List<Update.Message> batch, Desk desk) {
        Update.Message first = batch.getFirst();
        String id = first.businessConnection() == null ? "" : first.businessConnection();
        Register.Connection account = kit.register().connection(id).orElse(null);
        if (account == null || !account.enabled() || !kit.owner(account.account())) {
            desk.skip("no open account of the owner");
            return;
        }
        Register.Place place = new Register.Place(first.chat().id(), true);
        List<HistoryLine> asked = new ArrayList<>();
        for (Update.Message message : batch) {
            Update.Sender from = message.from();
            if (from == null || message.text().isBlank()) {
                continue;
            }
            if (from.id() == account.account()) {
                asked.clear(); // the owner has answered what came before
                own(message, place, desk);
            } else {
                HistoryLine line = line(message, from);
                desk.note(line);
                asked.add(line);
                kit.register().met(new Register.Met(place, from.name(), false, from.language()));
            }
        }
        if (asked.isEmpty()) {
            desk.skip("nothing to answer");
        } else if (kit.register().silent(place) || kit.register().allPaused()) {
            desk.skip("paused");
        } else if (!account.canReply()) {
            desk.skip("no right to reply");
        } else {
            draft(batch.getLast(), place, asked, desk);
        }
    }

    private static HistoryLine line(Update.Message message, Update.Sender from) {
        return new HistoryLine(
                message.chat().id(),
                true,
                Role.USER,
                from.name(),
                Manners.said(message, ""),
                message.sentAt(),
                message.message());
    }

    /// The owner wrote by hand: the chat is theirs until they give it back.
    private void own(Update.Message message, Register.Place place, Desk desk) {
        if (echo(message, desk)) {
            return;
        }
        desk.note(
                new HistoryLine(
                        place.chat(),
                        true,
                        Role.ASSISTANT,
                        kit.rules().me(),
                        message.text(),
                        message.sentAt(),
                        message.message()));
        boolean before = kit.register().silent(place, Register.By.OWNER);
        kit.register().setSilent(place, Register.By.OWNER, true);
        kit.drafts().discard(place);
        kit.outbox().drop(place.chat(), true, "the owner wrote");
        if (!before) {
            kit.tellOwner(
                    "You wrote in chat " + place.chat() + " yourself: I am out of it.",
                    List.of(
                            List.of(
                                    new ChatTransport.Button(
                                            "Resume", "u:" + place.chat() + ":1"))),
                    "own:" + place.chat() + ":" + message.message());
        }
    }

    private boolean echo(Update.Message message, Desk desk) {
        Instant since = kit.clock().instant().minus(ECHO);
        return kit.register().sending(message.chat().id(), message.text())
                || desk.history(message.chat().id(), true, 20).stream()
                        .anyMatch(l ->
                                l.role() == Role.ASSISTANT
                                        && (Long.valueOf(message.message()).equals(l.message())
                                                || (l.text().equals(message.text())
                                                        && l.at().isAfter(since))));
    }

    private void draft(
            Update.Message last, Register.Place place, List<HistoryLine> asked, Desk desk) {
        Update.Sender from = last.from();
        if (from == null || desk.cancelled()) {
            return;
        }
        if (!kit.open()) {
            desk.skip("outside of its hours");
            return;
        }
        if (kit.register().counted(from.id(), "reply", Duration.ofHours(1))
                >= kit.rules().hourly()) {
            desk.skip("hourly limit");
            return;
        }
        String language = kit.language(place, from.language(), asked);
        Optional<String> inLanguage =
                asked.stream()
                        .flatMap(l -> question.asked(l.text(), language).stream())
                        .findFirst();
        Writer.Written written =
                inLanguage
                        .map(l ->
                                new Writer.Written(kit.texts().say(Texts.Say.BOT_ANSWER, l), true))
                        .orElseGet(() -> write(place, asked, language, desk));
        if (written.text().isEmpty()) {
            return;
        }
        String line = written.fixed() ? "" : kit.disclosure(place, language);
        Drafts.Draft draft =
                new Drafts.Draft(
                        0,
                        place.chat(),
                        last.businessConnection(),
                        null,
                        from.id(),
                        from.name(),
                        written.text(),
                        line,
                        written.fixed(),
                        1,
                        Drafts.State.PENDING,
                        last.sentAt(),
                        Instant.EPOCH);
        kit.store()
                .change(handle -> {
                    kit.register().countOne(from.id(), "reply");
                    approval.propose(draft, asked);
                    desk.skip("waits for the owner");
                });
    }

    private Writer.Written write(
            Register.Place place, List<HistoryLine> asked, String language, Desk desk) {
        List<HistoryLine> history = desk.history(place.chat(), true, Writer.LINES);
        return kit.writer()
                .write(
                        new Writer.Task(
                                place,
                                Writer.ending(history, asked),
                                false,
                                kit.partner(place.chat()),
                                approval.facts(place),
                                language),
                        null,
                        desk::cancelled);
    }
}
