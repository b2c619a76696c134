package understudy.bot;

import java.time.Duration;
import java.util.List;

/// Decides what becomes of updates: who is answered, by what, and when.
///
/// Called from several threads: one at a time for the updates of one chat, with [#urgent] ones
/// beside them. An exception is no answer: the batch is tried again, three times in all, also
/// across restarts, then skipped.
public interface Behaviour {
    /// Whether it is handled at once and alone, not behind an answer that is being written: a
    /// press of a button, the owner's command.
    boolean urgent(Update update);

    /// How long to wait for more from the same chat. Each new message starts the wait again, up
    /// to four times as long in all; what came until then is one batch.
    Duration patience(Update update);

    /// Whether it is handled, and its answer sent, even while the kill switch is on: the owner's
    /// command that turns it on or off, and nothing else.
    default boolean passesStop(Update update) {
        return false;
    }

    /// Sees what came from one chat but is too old to be answered: it may be noted, so that later
    /// answers know of it.
    default void missed(List<Update> batch, Desk desk) {}

    /// Handles what came from one chat, oldest first. Returning without a word to the desk is a
    /// decision too: the updates are done.
    void handle(List<Update> batch, Desk desk);
}
