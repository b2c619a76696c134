package understudy.bot;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import understudy.chat.Role;
import understudy.privacy.OutputFilter;
import understudy.reply.Replier;
import understudy.store.Corrections;

/// Who is answered, by whom, and what is said by rule: the bot's [Behaviour].
///
/// The order of the questions is the promise: whoever is not let in never reaches the model; "are
/// you a bot?" is answered before it; what is forwarded or written by a model is never a command.
public final class Manners implements Behaviour {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static final Pattern RATHER =
            Pattern.compile("(?i)i['’]?d rather say[:,]?\\s+(.+)", Pattern.DOTALL);

    private final Kit kit;
    private final Pairing pairing;
    private final String botName;
    private final BotQuestion question;
    private final Approval approval;
    private final Secretary secretary;
    private final OwnerCommands ownerCommands;
    private final Answering answering;

    /// What the bot's manners need; all of it stays the caller's to close.
    ///
    /// @param botName without `@`
    public record Parts(
            BotStore store,
            Outbox outbox,
            ChatTransport transport,
            KillSwitch killSwitch,
            Replier replier,
            OutputFilter filter,
            People people,
            Corrections corrections,
            Rhythm rhythm,
            Pairing pairing,
            String botName,
            Clock clock) {}

    public Manners(BotRules rules, Parts parts) {
        Texts texts = new Texts(rules.me(), rules.server());
        this.question = new BotQuestion(rules.me());
        this.kit =
                new Kit(
                        rules,
                        parts.store(),
                        parts.outbox(),
                        parts.transport(),
                        parts.killSwitch(),
                        new Register(parts.store(), parts.clock()),
                        new Drafts(parts.store(), parts.clock(), rules.life()),
                        parts.people(),
                        texts,
                        new Writer(
                                parts.replier(),
                                parts.filter(),
                                question,
                                texts,
                                rules,
                                parts.clock()),
                        parts.rhythm(),
                        parts.corrections(),
                        new Disclosures(),
                        new ChatLanguage(),
                        parts.clock());
        this.pairing = parts.pairing();
        this.botName = parts.botName();
        this.approval = new Approval(kit);
        this.secretary = new Secretary(kit, approval, question);
        this.ownerCommands = new OwnerCommands(kit, approval);
        this.answering = new Answering(kit, approval);
        parts.killSwitch().onStop(kit.disclosures()::again);
        kit.drafts().prune(Duration.ofDays(7));
    }

    /// Whom a chat is with, as far as the bot knows: somebody of the chat store, or the network's
    /// name for them; empty where it never met them.
    public static String called(BotStore store, long chat) {
        Register register = new Register(store, Clock.systemUTC());
        return register.link(chat)
                .orElseGet(() ->
                        register.met(1000).stream()
                                .filter(m -> m.place().chat() == chat)
                                .map(Register.Met::name)
                                .findFirst()
                                .orElse(""));
    }

    /// Whether somebody is the owner already.
    public boolean owned() {
        return kit.owner().isPresent();
    }

    /// Tells the network which commands to offer, in every language.
    ///
    /// @throws ChatTransport.Failed where it does not want to
    public void offerCommands() {
        offer("en", "");
        Texts.LANGUAGES.forEach(language -> offer(language, language));
    }

    private void offer(String language, String to) {
        Map<String, Texts.Say> commands = new LinkedHashMap<>();
        commands.put("start", Texts.Say.COMMAND_START);
        commands.put("clear", Texts.Say.COMMAND_CLEAR);
        commands.put("stop", Texts.Say.COMMAND_STOP);
        commands.put("privacy", Texts.Say.COMMAND_PRIVACY);
        commands.put("help", Texts.Say.COMMAND_HELP);
        List<ChatTransport.CommandEntry> entries = new ArrayList<>();
        commands.forEach((name, say) ->
                entries.add(new ChatTransport.CommandEntry(name, kit.texts().say(say, language))));
        kit.transport().offerCommands(entries, to);
    }

    @Override
    public boolean urgent(Update update) {
        return switch (update) {
            case Update.ButtonPressed _, Update.Stopped _, Update.Business _ -> true;
            case Update.Message m ->
                    command(m).filter(c -> !c.name().equals("clear")).isPresent()
                            && m.from() != null
                            && kit.owner(m.from().id());
            default -> false;
        };
    }

    private Optional<Command> command(Update.Message message) {
        return Command.of(message, botName);
    }

    @Override
    public boolean passesStop(Update update) {
        return update instanceof Update.Message m
                && m.chat().kind() == Update.ChatKind.PRIVATE
                && m.from() != null
                && kit.owner(m.from().id())
                && command(m)
                        .filter(c -> c.name().equals("stop") || c.name().equals("start"))
                        .isPresent();
    }

    @Override
    public Duration patience(Update update) {
        boolean typed =
                update instanceof Update.Message m
                        && !m.text().isBlank()
                        && command(m).isEmpty()
                        && !mayPair(m, m.text())
                        && !kit.rules().instant();
        return typed ? kit.rhythm().burst() : Duration.ZERO;
    }

    @Override
    public void handle(List<Update> batch, Desk desk) {
        switch (batch.getFirst()) {
            case Update.Message _ -> messages(of(batch), desk);
            case Update.ButtonPressed press -> pressed(press, desk);
            case Update.Business business -> secretary.connected(business, desk);
            case Update.Joined joined -> {
                kit.disclosures().again(new Register.Place(joined.chat().id(), false));
                desk.skip("somebody joined");
            }
            case Update.Moved moved -> {
                kit.register().move(moved.from(), moved.to());
                desk.skip("moved");
            }
            case Update.Stopped stopped -> {
                answering.stop(stopped.chat().id());
                desk.skip("stopped by the other");
            }
            default -> desk.skip("nothing to answer");
        }
    }

    private static List<Update.Message> of(List<Update> batch) {
        return batch.stream()
                .filter(Update.Message.class::isInstance)
                .map(Update.Message.class::cast)
                .toList();
    }

    /// What came too late to be answered is still part of a conversation that is kept.
    @Override
    public void missed(List<Update> batch, Desk desk) {
        for (Update.Message message : of(batch)) {
            Update.Sender from = message.from();
            if (from != null
                    && message.businessConnection() == null
                    && !message.text().isBlank()
                    && command(message).isEmpty()
                    && addressed(message)
                    && access(from.id()) != Access.STRANGER) {
                desk.note(line(message, from));
            }
        }
    }

    private void pressed(Update.ButtonPressed press, Desk desk) {
        if (!kit.owner(press.from().id())) {
            kit.seen(press.press(), "");
            desk.skip("not the owner");
            return;
        }
        String[] data = press.data().split(":");
        switch (data[0] + "/" + data.length) {
            case "d/4" -> approval.pressed(press, data, desk);
            case "r/3" -> approval.reviewed(press, data);
            case "l/3" -> ownerCommands.linkPressed(press, data);
            case "f/2" -> ownerCommands.factPressed(press, data);
            case "u/3" -> ownerCommands.resumePressed(press, data);
            default -> kit.seen(press.press(), "");
        }
    }

    /// How somebody stands to the bot.
    private enum Access {
        OWNER,
        LET_IN,
        /// Answered after the owner's click.
        DRAFTED,
        STRANGER
    }

    private Access access(long person) {
        if (kit.owner(person)) {
            return Access.OWNER;
        }
        return switch (kit.rules().mode()) {
            case OWNER -> Access.STRANGER;
            case ALLOW -> kit.letIn(person) ? Access.LET_IN : Access.STRANGER;
            case APPROVE ->
                    kit.letIn(person) || !kit.anybodyLetIn() ? Access.DRAFTED : Access.STRANGER;
        };
    }

    private void messages(List<Update.Message> batch, Desk desk) {
        if (batch.getFirst().businessConnection() != null) {
            secretary.messages(batch, desk);
            return;
        }
        Round round = new Round(kit, desk);
        List<Update.Message> talk = new ArrayList<>();
        for (Update.Message message : batch) {
            Update.Sender from = message.from();
            boolean mute = message.chat().kind() == Update.ChatKind.CHANNEL;
            if (from == null || from.bot() || mute || kit.register().answered(message.id())) {
                continue;
            }
            Optional<Command> command = command(message);
            if (command.isPresent()) {
                talk(talk, round);
                talk = new ArrayList<>();
                commanded(command.get(), message, from, round);
            } else if (mayPair(message, message.text())) {
                talk(talk, round); // a stranger's still
                talk = new ArrayList<>();
                if (!paired(message, from, message.text(), round)) {
                    talk.add(message);
                }
            } else if (addressed(message)) {
                talk.add(message);
            }
        }
        talk(talk, round);
        round.finish();
    }

    /// In a group the bot listens only where it is spoken to.
    private static boolean addressed(Update.Message message) {
        Update.Answered answered = message.answers();
        return message.chat().kind() == Update.ChatKind.PRIVATE
                || message.mentionsBot()
                || (answered != null && answered.fromBot());
    }

    /// Messages that follow each other: one answer, or one each where it is instant or a group's
    /// members speak.
    private void talk(List<Update.Message> messages, Round round) {
        boolean group = !messages.isEmpty() && messages.getFirst().chat().id() < 0;
        if (kit.rules().instant() || group) {
            for (Update.Message message : messages) {
                round.release();
                talkOnce(List.of(message), round);
            }
        } else if (!messages.isEmpty()) {
            talkOnce(messages, round);
        }
    }

    private void talkOnce(List<Update.Message> messages, Round round) {
        Update.Message last = messages.getLast();
        Update.Sender from = last.from();
        if (from == null) {
            return;
        }
        Access access = access(from.id());
        boolean direct = last.chat().kind() == Update.ChatKind.PRIVATE;
        if (access == Access.STRANGER) {
            stranger(last, from, round);
            return;
        }
        if (access == Access.OWNER) {
            List<Update.Message> left = new ArrayList<>();
            for (Update.Message message : messages) {
                if (!decided(message, direct, round)) {
                    left.add(message);
                }
            }
            if (!left.isEmpty()) {
                answer(left, from, access, round);
            }
            return;
        }
        answer(messages, from, access, round);
    }

    /// What the owner says about a draft or an answer is no talk.
    private boolean decided(Update.Message message, boolean direct, Round round) {
        if (message.forwarded() || message.text().isBlank()) {
            return false;
        }
        Matcher rather = RATHER.matcher(message.text().strip());
        if (message.answers() != null && rather.matches()) {
            told(message, approval.rather(message, rather.group(1), round.desk()), round);
            return true;
        }
        Optional<String> edited =
                direct ? approval.edited(message, round.desk()) : Optional.empty();
        edited.ifPresent(text -> told(message, text, round));
        return edited.isPresent();
    }

    private static void told(Update.Message message, String text, Round round) {
        if (!text.isEmpty()) {
            round.notice(message, message.chat().id(), text);
        }
    }

    private boolean mayPair(Update.Message message, String code) {
        return Pairing.tried(message, code) && kit.owner().isEmpty();
    }

    /// The code that makes an owner, where there is none yet.
    private boolean paired(Update.Message message, Update.Sender from, String code, Round round) {
        if (!mayPair(message, code) || !pairing.redeem(code)) {
            return false;
        }
        kit.register().setOwner(from.id());
        String hello = kit.texts().say(Texts.Say.STARTED, from.language());
        round.notice(
                message,
                message.chat().id(),
                "You are my owner now.\n\n" + hello + "\n\n" + OwnerCommands.HELP);
        return true;
    }

    /// One fixed line a day at most. The owner sees that they wrote, so as to let them in.
    private void stranger(Update.Message message, Update.Sender from, Round round) {
        boolean direct = message.chat().kind() == Update.ChatKind.PRIVATE;
        round.skip("not let in");
        if (direct && kit.register().counted(from.id(), "stranger", DAY) == 0) {
            round.answer(
                    message,
                    Answer.of(
                            message.chat().id(),
                            kit.texts().say(Texts.Say.NOT_FOR_YOU, from.language()),
                            Answer.Kind.NOTICE),
                    () -> {
                        kit.register().countOne(from.id(), "stranger");
                        kit.register()
                                .met(
                                        new Register.Met(
                                                place(message),
                                                from.name(),
                                                false,
                                                from.language()));
                    });
        }
    }

    private static Register.Place place(Update.Message message) {
        return new Register.Place(message.chat().id(), false);
    }

    /// What somebody said, as the conversation keeps it.
    static String said(Update.Message message, String botName) {
        String text = message.text().strip();
        if (!botName.isEmpty() && message.chat().kind() != Update.ChatKind.PRIVATE) {
            String bare =
                    text.replaceAll("(?i)@" + Pattern.quote(botName) + "(?!\\w)[,:]?", "").strip();
            text = bare.isEmpty() ? text : bare;
        }
        String medium = message.medium().isEmpty() ? "" : "(" + message.medium() + ") ";
        return (message.forwarded() ? "(forwarded) " : "") + medium + text;
    }

    private HistoryLine line(Update.Message message, Update.Sender from) {
        return new HistoryLine(
                message.chat().id(),
                false,
                Role.USER,
                from.name(),
                said(message, botName),
                message.sentAt(),
                message.message());
    }

    private void answer(
            List<Update.Message> messages, Update.Sender from, Access access, Round round) {
        Update.Message last = messages.getLast();
        Register.Place place = place(last);
        boolean group = last.chat().kind() != Update.ChatKind.PRIVATE;
        if (kit.register().silent(place, Register.By.PERSON)) {
            round.skip("they do not want it");
            return;
        }
        meet(last, from, access);
        List<HistoryLine> asked = new ArrayList<>();
        for (Update.Message message : messages) {
            if (!message.text().isBlank()) {
                asked.add(line(message, from));
            }
        }
        boolean paused = kit.register().allPaused() && access != Access.OWNER;
        if (paused || kit.register().silent(place)) {
            asked.forEach(round::note);
            round.skip("paused");
            return;
        }
        String language = kit.language(place, from.language(), asked);
        if (byRule(messages, from, language, round)) {
            return;
        }
        asked.forEach(round::note);
        if (!kit.open()) {
            round.skip("outside of its hours");
        } else if (kit.register().counted(from.id(), "reply", HOUR) + round.begun(from.id())
                >= kit.rules().hourly()) {
            round.skip("hourly limit");
        } else if (access == Access.DRAFTED && kit.owner().isEmpty()) {
            round.skip("nobody to ask");
        } else {
            answering.write(
                    new Answering.Asked(
                            place, last, from, group, asked, language, access == Access.DRAFTED),
                    round);
        }
    }

    /// Remembers a chat, and asks the owner once who it is.
    private void meet(Update.Message message, Update.Sender from, Access access) {
        boolean group = message.chat().kind() != Update.ChatKind.PRIVATE;
        String name = group ? message.chat().title() : from.name();
        kit.register().met(new Register.Met(place(message), name, group, from.language()));
        if (access != Access.OWNER && kit.register().link(message.chat().id()).isEmpty()) {
            ownerCommands.suggest(message.chat().id(), name, Long.toString(message.chat().id()));
        }
    }

    /// What is answered without the model.
    private boolean byRule(
            List<Update.Message> messages, Update.Sender from, String language, Round round) {
        Register.Place place = place(messages.getLast());
        for (Update.Message message : messages) {
            Optional<String> in =
                    message.forwarded()
                            ? Optional.empty()
                            : question.asked(said(message, botName), language);
            if (in.isPresent()) {
                round.notice(message, from, kit.texts().say(Texts.Say.BOT_ANSWER, in.get()));
                kit.disclosed(place);
                return true;
            }
        }
        if (messages.stream().anyMatch(m -> !m.text().isBlank())) {
            return false;
        }
        round.skip("no text");
        if (kit.register().counted(from.id(), "medium", HOUR) == 0) {
            String line = kit.disclosure(place, language);
            String text = kit.texts().say(Texts.Say.TEXT_ONLY, language);
            round.answer(
                    messages.getLast(),
                    Answer.of(
                            place.chat(),
                            line.isEmpty() ? text : line + "\n" + text,
                            Answer.Kind.NOTICE),
                    () -> {
                        kit.register().countOne(from.id(), "medium");
                        kit.disclosed(place);
                    });
        }
        return true;
    }

    private void commanded(
            Command command, Update.Message message, Update.Sender from, Round round) {
        boolean start = command.name().equals("start");
        if (!command.ours() || (start && paired(message, from, command.rest(), round))) {
            return;
        }
        Access access = access(from.id());
        boolean direct = message.chat().kind() == Update.ChatKind.PRIVATE;
        if (access == Access.STRANGER) {
            stranger(message, from, round);
            return;
        }
        if (access == Access.OWNER) {
            meet(message, from, access);
            Optional<String> told = owner(command, message, direct, round.desk());
            if (told.isPresent()) {
                told(message, told.get(), round);
                return;
            }
        }
        if (direct || access == Access.OWNER || command.name().matches("privacy|help")) {
            everybody(command, message, from, access, round);
        }
    }

    private Optional<String> owner(
            Command command, Update.Message message, boolean direct, Desk desk) {
        boolean stop = direct && command.name().equals("stop");
        boolean start = direct && command.name().equals("start");
        if (stop) {
            kit.killSwitch().stop();
            kit.disclosures().again();
            return Optional.of("Stopped: nothing is sent until /start.");
        }
        if (start && kit.killSwitch().on()) {
            kit.killSwitch().release();
            return Optional.of("Going on.");
        }
        return ownerCommands.obey(command, message, desk);
    }

    /// The commands of everybody who is answered.
    private void everybody(
            Command command,
            Update.Message message,
            Update.Sender from,
            Access access,
            Round round) {
        Register.Place place = place(message);
        boolean silent = kit.register().silent(place, Register.By.PERSON);
        if (silent && !command.name().equals("start") && !command.name().equals("privacy")) {
            round.skip("they do not want it");
            return;
        }
        String language = kit.language(place, from.language(), List.of());
        Texts.Say say =
                switch (command.name()) {
                    case "start" -> Texts.Say.STARTED;
                    case "clear" -> Texts.Say.CLEARED;
                    case "stop" -> Texts.Say.STOPPED;
                    case "privacy" -> Texts.Say.PRIVACY;
                    default -> Texts.Say.HELP;
                };
        switch (command.name()) {
            case "start" -> {
                kit.register().setSilent(place, Register.By.PERSON, false);
                meet(message, from, access);
            }
            case "clear" -> forget(place);
            case "stop" -> {
                kit.register().setSilent(place, Register.By.PERSON, true);
                kit.drafts().discard(place);
                kit.outbox().drop(place.chat(), false, "they do not want it");
            }
            default -> {}
        }
        String text = kit.texts().say(say, language);
        boolean more = say == Texts.Say.HELP && access == Access.OWNER;
        round.notice(message, from, more ? text + "\n\n" + OwnerCommands.HELP : text);
    }

    /// Forgets a conversation, in the file, too.
    private void forget(Register.Place place) {
        kit.outbox().drop(place.chat(), place.business(), "forgotten");
        kit.register().forget(place);
        kit.store().forget(place.chat(), place.business());
        kit.store().scrub();
        kit.disclosures().again(place);
    }
}
