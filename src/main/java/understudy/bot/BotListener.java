package understudy.bot;

import java.time.Duration;

/// Told what whoever watches a bot wants to know; never text of a message.
///
/// At most some 30 calls of [#reconnecting] and [#warned] in ten minutes, whatever goes wrong.
public interface BotListener {
    /// Updates are being received, at first or again.
    void connected(ChatTransport.Account account);

    /// They are not, for now; it goes on by itself.
    ///
    /// @param why   a few words
    /// @param since how long it has been so
    void reconnecting(String why, Duration since);

    /// An answer was sent.
    ///
    /// @param answers sent since the start
    void answered(long answers);

    /// It is not known whether an answer arrived.
    ///
    /// @param answers of which that is so, of all time
    void ambiguous(long answers);

    /// Something went wrong that the bot lives with.
    void warned(String what);
}
