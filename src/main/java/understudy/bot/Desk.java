package understudy.bot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a [Behaviour] puts its decision about one batch of updates.
///
/// Nothing is written before the decision: [#reply] and [#skip] write it together with every
/// [#note], in one transaction; where `handle` returns without either, the notes are written and
/// the updates are done. Inside [BotStore#write] they join that transaction, so that a behaviour's
/// own tables change with them or not at all.
public interface Desk {
    /// Answers the batch, once. Its text messages become lines of the history where the answer
    /// is a [Answer.Kind#REPLY] and they were not noted before.
    ///
    /// @throws IllegalStateException on a second decision, or where one of the updates has had an
    ///     answer already: the database itself refuses a second one
    void reply(Answer answer);

    /// Leaves the batch without an answer.
    ///
    /// @param reason a few fixed words; never text of a message
    void skip(String reason);

    /// Adds a line to the history of its chat; a message that is in it already is left as it is.
    void note(HistoryLine line);

    /// The newest lines of a chat with those noted here, oldest first.
    List<HistoryLine> history(long chat, boolean business, int limit);

    /// Shows that somebody types, until it is closed.
    Typing typing(long chat, @Nullable String businessConnection);

    /// Whether nobody wants the answer any more: the kill switch is on, or the bot is ending.
    boolean cancelled();
}
