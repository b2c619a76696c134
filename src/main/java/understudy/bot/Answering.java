package understudy.bot;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Answers with the model's words, of people who are let in: straight, or as a draft.
final class Answering {
    private final Kit kit;
    private final Approval approval;

    /// Chats in which an answer is being written, and whether somebody stopped it.
    private final Map<Long, AtomicBoolean> writing = new ConcurrentHashMap<>();

    Answering(Kit kit, Approval approval) {
        this.kit = kit;
        this.approval = approval;
    }

    /// Ends what is being written in a chat.
    void stop(long chat) {
        AtomicBoolean stop = writing.get(chat);
        if (stop != null) {
            stop.set(true);
        }
    }

    /// A question to the model.
    ///
    /// @param drafted whether the owner sees the answer first
    record Asked(
            Register.Place place,
            Update.Message last,
            Update.Sender from,
            boolean group,
            List<HistoryLine> lines,
            String language,
            boolean drafted) {}

    /// Lets the model write, and puts what may go out on its way.
    void write(Asked asked, Round round) {
        Register.Place place = asked.place();
        Desk desk = round.desk();
        AtomicBoolean stopped = new AtomicBoolean();
        kit.settle(place, desk::cancelled);
        long start = System.nanoTime();
        Writer.Written written;
        writing.put(place.chat(), stopped);
        @Nullable Typing typing = asked.drafted() ? null : desk.typing(place.chat(), null);
        try (typing) {
            List<HistoryLine> history = desk.history(place.chat(), false, Writer.LINES);
            written =
                    kit.writer()
                            .write(
                                    new Writer.Task(
                                            place,
                                            Writer.ending(history, asked.lines()),
                                            asked.group(),
                                            kit.partner(place.chat()),
                                            approval.facts(place),
                                            asked.language()),
                                    asked.drafted() || asked.group() || !kit.rules().stream()
                                            ? null
                                            : text -> shown(place.chat(), asked.last(), text),
                                    () -> stopped.get() || desk.cancelled());
        } finally {
            writing.remove(place.chat(), stopped);
        }
        if (written.text().isEmpty()) {
            if (stopped.get()) {
                round.skip("stopped by the other");
            } else {
                round.leave();
            }
            return;
        }
        Duration spent = Duration.ofNanos(System.nanoTime() - start);
        if (asked.drafted()) {
            draft(asked, written, round);
        } else {
            reply(asked, written, spent, round);
        }
    }

    private void shown(long chat, Update.Message message, String text) {
        try {
            kit.transport().draft(chat, message.message(), Bubbles.split(text).getFirst());
        } catch (ChatTransport.Failed e) {
            // the answer itself comes all the same
        }
    }

    private void reply(Asked asked, Writer.Written written, Duration spent, Round round) {
        Register.Place place = asked.place();
        String line = kit.disclosure(place, asked.language());
        Answer answer =
                kit.answer(
                        place,
                        null,
                        asked.group() ? asked.last().message() : null,
                        line,
                        written,
                        spent);
        kit.disclosed(place);
        round.begin(asked.from().id());
        round.answer(
                asked.last(), answer, () -> kit.register().countOne(asked.from().id(), "reply"));
    }

    private void draft(Asked asked, Writer.Written written, Round round) {
        Drafts.Draft draft =
                new Drafts.Draft(
                        0,
                        asked.place().chat(),
                        null,
                        asked.group() ? asked.last().message() : null,
                        asked.from().id(),
                        asked.from().name(),
                        written.text(),
                        kit.disclosure(asked.place(), asked.language()),
                        written.fixed(),
                        1,
                        Drafts.State.PENDING,
                        asked.last().sentAt(),
                        Instant.EPOCH);
        round.begin(asked.from().id());
        round.draft(() -> {
            kit.register().countOne(asked.from().id(), "reply");
            approval.propose(draft, asked.lines());
        });
    }
}
