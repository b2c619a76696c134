package understudy.bot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What is decided about one batch of messages, until it is written down as a whole.
final class Round {
    private static final Duration HOUR = Duration.ofHours(1);

    /// Answers by rule to one person in an hour; more stay unanswered.
    private static final int NOTICES = 30;

    private final Kit kit;
    private final Desk desk;
    private final List<Answer> answers = new ArrayList<>();
    private final List<Long> causes = new ArrayList<>(); // update ids, as many as answers
    private final List<Runnable> changes = new ArrayList<>();
    private final List<Long> begun = new ArrayList<>(); // people answered
    private final List<HistoryLine> noted = new ArrayList<>();
    private String reason = "nothing to answer";
    private boolean open;

    Round(Kit kit, Desk desk) {
        this.kit = kit;
        this.desk = desk;
    }

    Desk desk() {
        return desk;
    }

    boolean cancelled() {
        return desk.cancelled();
    }

    /// @param change to the bot's own tables, in the transaction of the decision
    void answer(Update cause, Answer answer, Runnable change) {
        answers.add(answer);
        causes.add(cause.id());
        changes.add(change);
    }

    /// How many answers to somebody this batch has so far; they are not counted yet.
    int begun(long person) {
        return (int) begun.stream().filter(p -> p == person).count();
    }

    void begin(long person) {
        begun.add(person);
    }

    /// Fixed words of the bot's own, at once.
    void notice(Update cause, long chat, String text) {
        Answer answer = Kit.toOwner(chat, text, List.of(), Answer.Kind.NOTICE);
        answer(cause, answer, () -> {});
    }

    /// Fixed words to somebody who is let in, within reason.
    void notice(Update.Message message, Update.Sender from, String text) {
        if (kit.register().counted(from.id(), "notice", HOUR) >= NOTICES) {
            skip("too many at once");
            return;
        }
        boolean group = message.chat().kind() != Update.ChatKind.PRIVATE;
        Answer answer =
                new Answer(
                        message.chat().id(),
                        null,
                        group ? message.message() : null,
                        List.of(new Answer.Bubble(text, Duration.ZERO)),
                        List.of(),
                        Answer.Kind.NOTICE);
        answer(message, answer, () -> kit.register().countOne(from.id(), "notice"));
    }

    /// The owner decides: nothing goes to the chat itself.
    ///
    /// @param change puts the draft and its showing on their way
    void draft(Runnable change) {
        changes.add(change);
        reason = "waits for the owner";
    }

    /// @param why a few fixed words
    void skip(String why) {
        reason = why;
    }

    /// It was ended from outside: nothing is decided, so that it can be taken up again.
    void leave() {
        open = true;
    }

    /// Names the answer to one update of several that came together.
    static String key(long update) {
        return "update:" + update;
    }

    /// Sends what is decided so far, since more of the same batch is to be answered after it.
    void release() {
        if (answers.isEmpty()) {
            return;
        }
        kit.store()
                .change(handle -> {
                    noted.forEach(kit.store()::remember);
                    changes.forEach(Runnable::run);
                    for (int i = 0; i < answers.size(); i++) {
                        kit.outbox().enqueue(answers.get(i), key(causes.get(i)));
                    }
                });
        answers.clear();
        causes.clear();
        changes.clear();
        noted.clear();
        begun.clear();
        reason = "answered one by one";
    }

    /// Adds a line to the conversation.
    void note(HistoryLine line) {
        noted.add(line);
        desk.note(line);
    }

    /// Answers beside the last one go out by themselves; an update is the cause of one answer.
    void finish() {
        if (open && answers.isEmpty()) {
            return;
        }
        kit.store()
                .change(handle -> {
                    changes.forEach(Runnable::run);
                    for (int i = 0; i + 1 < answers.size(); i++) {
                        kit.outbox().enqueue(answers.get(i), key(causes.get(i)));
                    }
                    if (answers.isEmpty()) {
                        desk.skip(reason);
                    } else {
                        desk.reply(answers.getLast());
                    }
                });
    }
}
