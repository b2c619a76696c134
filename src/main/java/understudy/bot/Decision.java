package understudy.bot;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;

/// A [Desk] for one batch: at most one decision, written whole.
final class Decision implements Desk {
    private final Room room;
    private final List<Update> batch;
    private final boolean late;
    private final boolean passes;
    private final List<HistoryLine> notes = new ArrayList<>();
    private boolean made;

    /// What every decision needs.
    interface Room {
        BotStore store();

        Inbox inbox();

        Outbox outbox();

        Typing typing(long chat, @Nullable String businessConnection);

        /// Whether the process is ending.
        boolean ending();

        boolean stopped();
    }

    /// @param late   whether it is too late for an answer
    /// @param passes whether the kill switch does not hold for it
    Decision(Room room, List<Update> batch, boolean late, boolean passes) {
        this.room = room;
        this.batch = batch;
        this.late = late;
        this.passes = passes;
    }

    @Override
    public void reply(Answer answer) {
        decide();
        if (late) {
            throw new IllegalStateException("it is too late for an answer");
        }
        if (!passes && room.stopped()) {
            finish(() -> room.inbox().skip(batch, "stopped"));
            return;
        }
        room.store()
                .change(handle -> {
                    long id = room.outbox().insert(handle, answer, null, passes);
                    room.inbox().cause(handle, batch, id);
                    writeNotes();
                    if (answer.kind() == Answer.Kind.REPLY) {
                        batch.forEach(this::remember);
                    }
                    room.inbox().handled(batch);
                });
        room.outbox().wake();
    }

    private void remember(Update update) {
        if (update instanceof Update.Message m && !m.text().isEmpty()) {
            room.store()
                    .remember(
                            new HistoryLine(
                                    m.chat().id(),
                                    m.businessConnection() != null,
                                    Role.USER,
                                    m.from() == null ? "" : m.from().name(),
                                    m.text(),
                                    m.sentAt(),
                                    m.message()));
        }
    }

    @Override
    public void skip(String reason) {
        decide();
        finish(() -> room.inbox().skip(batch, reason));
    }

    private void decide() {
        if (made) {
            throw new IllegalStateException("this batch has its decision");
        }
        made = true;
    }

    private void finish(Runnable how) {
        room.store()
                .change(handle -> {
                    writeNotes();
                    how.run();
                });
    }

    private void writeNotes() {
        notes.forEach(room.store()::remember);
    }

    /// What nobody decided is decided here: done, or not yet where it was ended from outside.
    void close() {
        if (made) {
            return;
        }
        made = true;
        if (late) {
            finish(() -> room.inbox().skip(batch, "too old"));
        } else if (!passes && room.stopped()) {
            finish(() -> room.inbox().skip(batch, "stopped"));
        } else if (room.ending()) {
            room.inbox().unattempt(batch);
        } else {
            finish(() -> room.inbox().handled(batch));
        }
    }

    boolean made() {
        return made;
    }

    @Override
    public void note(HistoryLine line) {
        notes.add(line);
    }

    @Override
    public List<HistoryLine> history(long chat, boolean business, int limit) {
        List<HistoryLine> lines = new ArrayList<>(room.store().history(chat, business, limit));
        for (HistoryLine note : notes) {
            boolean known =
                    note.message() != null
                            && lines.stream().anyMatch(l -> note.message().equals(l.message()));
            if (note.chat() == chat && note.business() == business && !known) {
                lines.add(note);
            }
        }
        return lines.subList(Math.max(0, lines.size() - limit), lines.size());
    }

    @Override
    public Typing typing(long chat, @Nullable String businessConnection) {
        return room.typing(chat, businessConnection);
    }

    @Override
    public boolean cancelled() {
        return room.ending() || (!passes && room.stopped());
    }
}
