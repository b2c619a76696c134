package understudy.bot;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that happened in the chat network.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "update")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Update.Message.class, name = "message"),
    @JsonSubTypes.Type(value = Update.Edited.class, name = "edited"),
    @JsonSubTypes.Type(value = Update.Deleted.class, name = "deleted"),
    @JsonSubTypes.Type(value = Update.ButtonPressed.class, name = "button"),
    @JsonSubTypes.Type(value = Update.Business.class, name = "business"),
    @JsonSubTypes.Type(value = Update.Joined.class, name = "joined"),
    @JsonSubTypes.Type(value = Update.Membership.class, name = "membership"),
    @JsonSubTypes.Type(value = Update.Moved.class, name = "moved"),
    @JsonSubTypes.Type(value = Update.Stopped.class, name = "stopped"),
    @JsonSubTypes.Type(value = Update.Other.class, name = "other"),
})
public sealed interface Update {
    /// Rises from update to update.
    long id();

    /// A chat.
    ///
    /// @param title of a group; empty for a private chat
    record ChatRef(long id, ChatKind kind, String title) {}

    enum ChatKind {
        PRIVATE,
        GROUP,
        CHANNEL
    }

    /// Who wrote.
    ///
    /// @param name     as the network shows it
    /// @param username without `@`; empty where there is none
    /// @param language two letters of the person's app, such as `de`; empty where not told
    record Sender(long id, String name, String username, String language, boolean bot) {}

    /// The message that another one answers.
    ///
    /// @param fromBot whether this bot wrote it
    /// @param text    empty where it has none
    record Answered(long message, boolean fromBot, String text) {}

    /// A new message.
    ///
    /// @param message            its id in the chat
    /// @param from               null in a channel, or where the network does not tell
    /// @param text               of a text message, or the caption of a medium; empty for none
    /// @param medium             what else it is: `photo`, `voice`, `sticker`, ...; empty for text
    /// @param forwarded          whether somebody else wrote it first
    /// @param answers            null where it answers none
    /// @param mentionsBot        whether it names the bot
    /// @param businessConnection where it came through the owner's own account; null otherwise
    record Message(
            long id,
            ChatRef chat,
            long message,
            @Nullable Sender from,
            Instant sentAt,
            String text,
            String medium,
            boolean forwarded,
            @Nullable Answered answers,
            boolean mentionsBot,
            @Nullable String businessConnection)
            implements Update {}

    /// A message was changed; it is not answered again.
    ///
    /// @param businessConnection as in [Message]
    record Edited(
            long id, ChatRef chat, long message, String text, @Nullable String businessConnection)
            implements Update {}

    /// Messages were taken back in a chat of the owner's own account.
    record Deleted(long id, ChatRef chat, List<Long> messages, String businessConnection)
            implements Update {
        public Deleted {
            messages = List.copyOf(messages);
        }
    }

    /// A button of the bot's was pressed.
    record ButtonPressed(
            long id, String press, Sender from, ChatRef chat, long message, String data)
            implements Update {}

    /// The owner of an account let the bot into it, changed what it may, or threw it out.
    ///
    /// @param user     whose account
    /// @param userChat the private chat with that user
    record Business(
            long id, String connection, long user, long userChat, boolean enabled, boolean canReply)
            implements Update {}

    /// People joined a group.
    record Joined(long id, ChatRef chat, List<Sender> who, boolean botItself) implements Update {
        public Joined {
            who = List.copyOf(who);
        }
    }

    /// Somebody blocked the bot or let it in again; or the group did.
    record Membership(long id, ChatRef chat, boolean member) implements Update {}

    /// A group got another id.
    record Moved(long id, long from, long to) implements Update {}

    /// Somebody pressed stop while a draft was being written.
    record Stopped(long id, ChatRef chat) implements Update {}

    /// Anything else.
    ///
    /// @param kind the network's name for it
    record Other(long id, String kind) implements Update {}
}
