package understudy.bot;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the bot needs of a chat network. One attempt a call: waiting, retrying and pacing are the
/// caller's.
///
/// Safe for use by several threads.
public interface ChatTransport extends AutoCloseable {
    /// The bot's own account.
    ///
    /// @param username without `@`
    record Account(long id, String username) {}

    /// A message to send.
    ///
    /// @param text               1 to 4,096 UTF-16 units, plain: never parsed as markup
    /// @param replyTo            id of the message it answers visibly; null for none
    /// @param businessConnection on whose behalf; null for the bot itself
    /// @param buttons            rows of buttons under it; empty for none
    record Outgoing(
            long chat,
            String text,
            @Nullable Long replyTo,
            @Nullable String businessConnection,
            List<List<Button>> buttons) {
        public Outgoing {
            buttons = buttons.stream().map(List::copyOf).toList();
        }

        static Outgoing text(long chat, String text) {
            return new Outgoing(chat, text, null, null, List.of());
        }
    }

    /// A button under a message.
    ///
    /// @param data comes back in [Update.ButtonPressed]; 1 to 64 bytes
    record Button(String label, String data) {}

    /// A command that the network offers to type.
    ///
    /// @param name without the slash
    record CommandEntry(String name, String description) {}

    /// Who this is; also a check of the token.
    Account me();

    /// Waits for updates from `offset` on.
    ///
    /// @param offset id of the first update wanted; older ones are forgotten by the network
    /// @param wait   longest wait where there are none
    List<Update> updates(long offset, Duration wait);

    /// @param beforeSend run when the connection stands, right before the first byte of the request
    ///     leaves: until then a failure means that nothing was sent
    /// @return id of the new message
    long send(Outgoing message, Runnable beforeSend);

    /// Shows that somebody types, for about five seconds.
    void typing(long chat, @Nullable String businessConnection);

    /// Shows an unfinished answer in a private chat; the same `draft` id replaces it.
    void draft(long chat, long draft, String text);

    /// Replaces the text of a message of the bot's own, and its buttons.
    void edit(long chat, long message, String text, List<List<Button>> buttons);

    /// Tells the network that a press of a button was seen.
    ///
    /// @param notice shown to whoever pressed; empty for none
    void answerButton(String pressId, String notice);

    /// Puts an emoji under a message.
    void react(long chat, long message, String emoji);

    /// @param language two letters; empty for everybody else
    void offerCommands(List<CommandEntry> commands, String language);

    @Override
    void close();

    /// A call that the network did not do.
    ///
    /// Its message never holds what was to be sent, nor the token.
    @SuppressWarnings("serial") // errors are never serialised
    final class Failed extends RuntimeException {
        /// What went wrong.
        public enum Kind {
            /// No answer, or none that makes sense: may have been done.
            NETWORK,
            /// Could not be reached: certainly not done.
            UNREACHABLE,
            /// 429: wait [Failed#retryAfter()].
            FLOOD,
            /// 401 or 404: the token is wrong.
            TOKEN,
            /// 409: somebody else polls with this token.
            CONFLICT,
            /// 403: blocked by the other, or thrown out of the group.
            FORBIDDEN,
            /// 400: the network does not want this.
            REFUSED,
            /// The group has become a supergroup with another id: [Failed#movedTo()].
            MOVED,
            /// 5xx.
            SERVER
        }

        private final Kind kind;
        private final int retryAfter;
        private final long movedTo;

        /// @param retryAfter seconds; 0 where not told
        public Failed(
                Kind kind,
                String message,
                int retryAfter,
                long movedTo,
                @Nullable Throwable cause) {
            super(message, cause);
            this.kind = kind;
            this.retryAfter = retryAfter;
            this.movedTo = movedTo;
        }

        public Kind kind() {
            return kind;
        }

        /// Seconds; 0 where not told.
        public int retryAfter() {
            return retryAfter;
        }

        public long movedTo() {
            return movedTo;
        }
    }
}
