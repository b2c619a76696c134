package understudy.bot;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import understudy.chat.Person;
import understudy.chat.Role;
import understudy.reply.Voice;
import understudy.store.Corrections;

/// What the parts of the bot's manners share.
record Kit(
        BotRules rules,
        BotStore store,
        Outbox outbox,
        ChatTransport transport,
        KillSwitch killSwitch,
        Register register,
        Drafts drafts,
        People people,
        Texts texts,
        Writer writer,
        Rhythm rhythm,
        Corrections corrections,
        Disclosures disclosures,
        ChatLanguage languages,
        Clock clock) {
    private static final Duration LOOK = Duration.ofMillis(50);

    OptionalLong owner() {
        Long named = rules.owner();
        return named != null ? OptionalLong.of(named) : register.owner();
    }

    boolean owner(long person) {
        OptionalLong owner = owner();
        return owner.isPresent() && owner.getAsLong() == person;
    }

    boolean letIn(long person) {
        return rules.allowed().contains(person) || register.allowed(person);
    }

    boolean anybodyLetIn() {
        return !rules.allowed().isEmpty() || register.anybodyAllowed();
    }

    boolean open() {
        return rules.open().test(ZonedDateTime.ofInstant(clock.instant(), ZoneId.systemDefault()));
    }

    /// To whom one talks in a chat, as in training. In a group it is nobody of the store, whatever
    /// it is linked to: what is remembered of one person would be told to all.
    Voice.Partner partner(long id) {
        Optional<String> name = id < 0 ? Optional.empty() : register.link(id);
        if (name.isEmpty()) {
            return Voice.Partner.STRANGER;
        }
        Optional<Person> person = people.named(name.get());
        return new Voice.Partner(name.get(), person.map(Person::role).orElse(null));
    }

    /// @param app of the other's app; empty where not told
    /// @param now what is being said now; empty for nothing
    String language(Register.Place place, String app, List<HistoryLine> now) {
        String known =
                register.link(place.chat())
                        .flatMap(people::named)
                        .map(Person::language)
                        .orElse(null);
        List<String> said =
                Writer.ending(store.history(place.chat(), place.business(), 100), now).stream()
                        .filter(l -> l.role() == Role.USER)
                        .map(HistoryLine::text)
                        .toList();
        return languages.of(known, said, app);
    }

    /// The line that the next reply in a conversation begins with; empty for none.
    String disclosure(Register.Place place, String language) {
        if (disclosures.when(place).filter(at -> register.lost(place, at)).isPresent()) {
            disclosures.again(place); // what carried it may never have arrived
        }
        return disclosures.when(place).isPresent() ? "" : texts.say(Texts.Say.DISCLOSURE, language);
    }

    /// It was said, or is on its way.
    void disclosed(Register.Place place) {
        disclosures.made(place, clock.instant());
    }

    /// A text as the messages that it is sent in.
    ///
    /// @param opening the line that says what the bot is; empty for none
    /// @param spent   how long it took to write
    Answer answer(
            Register.Place place,
            @Nullable String connection,
            @Nullable Long replyTo,
            String opening,
            Writer.Written written,
            Duration spent) {
        String whole = opening.isEmpty() ? written.text() : opening + "\n" + written.text();
        List<Answer.Bubble> bubbles =
                rules.instant()
                        ? Bubbles.split(whole).stream()
                                .filter(t -> !t.isBlank())
                                .map(t -> new Answer.Bubble(t, Duration.ZERO))
                                .toList()
                        : rhythm.paced(Bubbles.lines(opening, written.text()), opening, spent);
        return new Answer(
                place.chat(),
                connection,
                replyTo,
                bubbles,
                List.of(),
                written.fixed() ? Answer.Kind.NOTICE : Answer.Kind.REPLY);
    }

    /// Waits until what was said before in a conversation is sent, so that it is part of what the
    /// next answer follows.
    void settle(Register.Place place, BooleanSupplier cancelled) {
        long end = System.nanoTime() + rules.settle().toNanos();
        while (System.nanoTime() < end && !cancelled.getAsBoolean() && register.onItsWay(place)) {
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Something for the owner's eyes.
    ///
    /// @param key so that it is told once
    void tellOwner(String text, List<List<ChatTransport.Button>> buttons, String key) {
        OptionalLong owner = owner();
        if (owner.isPresent()) {
            outbox.enqueue(toOwner(owner.getAsLong(), text, buttons, Answer.Kind.NOTICE), key);
        }
    }

    static Answer toOwner(
            long owner, String text, List<List<ChatTransport.Button>> buttons, Answer.Kind kind) {
        List<Answer.Bubble> bubbles =
                Bubbles.split(text).stream()
                        .filter(t -> !t.isBlank())
                        .map(t -> new Answer.Bubble(t, Duration.ZERO))
                        .toList();
        return new Answer(owner, null, null, bubbles, buttons, kind);
    }

    /// Shows whoever pressed a button what came of it; that it fails does no harm.
    void seen(String press, String notice) {
        try {
            transport.answerButton(press, notice);
        } catch (ChatTransport.Failed e) {
            // the press is older than the network remembers
        }
    }

    /// Replaces the bot's own message to the owner, and takes its buttons away.
    void replace(long chat, long message, String text, List<List<ChatTransport.Button>> buttons) {
        List<String> pieces = Bubbles.split(text);
        try {
            transport.edit(chat, message, pieces.getLast(), buttons);
        } catch (ChatTransport.Failed e) {
            // it stays as it is; a press of its buttons is answered then
        }
    }
}
