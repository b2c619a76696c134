package understudy.bot;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.text.Surrogates;

/// Reads Telegram's updates.
///
/// Whatever is odd becomes an [Update.Other] with its number kept: one update that nobody expected
/// must not keep the others from being read. Read by hand and not by the library's classes, which
/// refuse the whole answer where one field has a type that they do not expect.
final class UpdateReader {
    /// Every kind of update that is read; the others are not asked for.
    static final List<String> KINDS =
            List.of(
                    "message",
                    "edited_message",
                    "business_connection",
                    "business_message",
                    "edited_business_message",
                    "deleted_business_messages",
                    "callback_query",
                    "my_chat_member",
                    "stopped_message_generation");

    /// What a message can hold beside text, as Telegram names it.
    private static final List<String> MEDIA =
            List.of(
                    "photo",
                    "voice",
                    "sticker",
                    "video",
                    "video_note",
                    "animation", // before document: an animation is both
                    "audio",
                    "document",
                    "venue", // before location: a venue is both
                    "location",
                    "contact",
                    "poll",
                    "dice",
                    "game",
                    "story",
                    "live_photo",
                    "paid_media",
                    "checklist",
                    "invoice",
                    "rich_message");

    /// A chat member's states in which they are in the chat.
    private static final Set<String> INSIDE =
            Set.of("creator", "administrator", "member", "restricted");

    private static final long MAX_SECONDS = 1L << 40;

    private final ChatTransport.Account self;

    /// @param self the bot, to see whether it is meant
    UpdateReader(ChatTransport.Account self) {
        this.self = self;
    }

    /// @return empty where it has no number
    Optional<Update> read(JsonNode node, Instant now) {
        JsonNode number = node.path("update_id");
        if (!isId(number) || number.longValue() < 0) {
            return Optional.empty();
        }
        long id = number.longValue();
        String kind = "unknown";
        for (String name : node.propertyNames()) {
            if (!name.equals("update_id")) {
                kind = name.length() > 64 ? name.substring(0, 64) : name;
                break;
            }
        }
        Update read =
                switch (kind) {
                    case "message", "business_message" -> message(id, node.path(kind), now);
                    case "edited_message", "edited_business_message" -> edited(id, node.path(kind));
                    case "deleted_business_messages" -> deleted(id, node.path(kind));
                    case "business_connection" -> business(id, node.path(kind));
                    case "callback_query" -> pressed(id, node.path(kind));
                    case "my_chat_member" -> membership(id, node.path(kind));
                    case "stopped_message_generation" -> stopped(id, node.path(kind));
                    default -> null;
                };
        return Optional.of(read == null ? new Update.Other(id, Surrogates.repair(kind)) : read);
    }

    private @Nullable Update message(long id, JsonNode node, Instant now) {
        Update.ChatRef chat = chat(node.path("chat"));
        JsonNode number = node.path("message_id");
        if (chat == null || !isId(number)) {
            return null;
        }
        if (isId(node.path("migrate_to_chat_id"))) {
            return new Update.Moved(id, chat.id(), node.path("migrate_to_chat_id").longValue());
        }
        if (isId(node.path("migrate_from_chat_id"))) {
            return new Update.Moved(id, node.path("migrate_from_chat_id").longValue(), chat.id());
        }
        if (node.path("new_chat_members").isArray()) {
            return joined(id, chat, node.path("new_chat_members"));
        }
        String text = words(node);
        String medium = MEDIA.stream().filter(node::hasNonNull).findFirst().orElse("");
        if (text.isEmpty() && medium.isEmpty()) {
            return null; // a title was changed, somebody left, a message was pinned
        }
        boolean forwarded = node.hasNonNull("forward_origin") || node.hasNonNull("forward_date");
        return new Update.Message(
                id,
                chat,
                number.longValue(),
                sender(node.path("from")),
                date(node.path("date"), now),
                text,
                medium,
                forwarded,
                answered(node.path("reply_to_message")),
                mentions(node, text),
                optional(node.path("business_connection_id")));
    }

    private static String words(JsonNode message) {
        String text = text(message.path("text"));
        return text.isEmpty() ? text(message.path("caption")) : text;
    }

    private Update joined(long id, Update.ChatRef chat, JsonNode members) {
        List<Update.Sender> who = new ArrayList<>();
        boolean self = false;
        for (JsonNode member : members) {
            Update.Sender sender = sender(member);
            if (sender != null && sender.id() == this.self.id()) {
                self = true;
            } else if (sender != null) {
                who.add(sender);
            }
        }
        return new Update.Joined(id, chat, who, self);
    }

    private Update.@Nullable Answered answered(JsonNode node) {
        if (!isId(node.path("message_id"))) {
            return null;
        }
        return new Update.Answered(
                node.path("message_id").longValue(),
                node.path("from").path("id").asLong(0) == self.id(),
                words(node));
    }

    /// `@name` of the bot in the text, a link to it, or a command that carries its name.
    private boolean mentions(JsonNode message, String text) {
        String name = "@" + self.username().toLowerCase(Locale.ROOT);
        JsonNode entities =
                message.path("entities").isArray()
                        ? message.path("entities")
                        : message.path("caption_entities");
        for (JsonNode entity : entities) {
            String type = text(entity.path("type"));
            long from = entity.path("offset").asLong(-1); // UTF-16 units, as Java counts
            long to = from + entity.path("length").asLong(-1);
            boolean inside = from >= 0 && to > from && to <= text.length();
            String part =
                    inside ? text.substring((int) from, (int) to).toLowerCase(Locale.ROOT) : "";
            boolean meant =
                    switch (type) {
                        case "mention" -> part.equals(name);
                        case "bot_command" -> part.endsWith(name);
                        case "text_mention" ->
                                entity.path("user").path("id").asLong(0) == self.id();
                        default -> false;
                    };
            if (meant) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Update edited(long id, JsonNode node) {
        Update.ChatRef chat = chat(node.path("chat"));
        JsonNode number = node.path("message_id");
        return chat == null || !isId(number)
                ? null
                : new Update.Edited(
                        id,
                        chat,
                        number.longValue(),
                        words(node),
                        optional(node.path("business_connection_id")));
    }

    private static @Nullable Update deleted(long id, JsonNode node) {
        Update.ChatRef chat = chat(node.path("chat"));
        String connection = text(node.path("business_connection_id"));
        List<Long> messages = new ArrayList<>();
        for (JsonNode number : node.path("message_ids")) {
            if (isId(number)) {
                messages.add(number.longValue());
            }
        }
        return chat == null || messages.isEmpty()
                ? null
                : new Update.Deleted(id, chat, messages, connection);
    }

    private static @Nullable Update business(long id, JsonNode node) {
        String connection = text(node.path("id"));
        JsonNode user = node.path("user").path("id");
        JsonNode chat = node.path("user_chat_id");
        if (connection.isEmpty() || !isId(user)) {
            return null;
        }
        boolean canReply =
                node.path("can_reply").asBoolean(false) // before Bot API 9.0
                        || node.path("rights").path("can_reply").asBoolean(false);
        return new Update.Business(
                id,
                connection,
                user.longValue(),
                isId(chat) ? chat.longValue() : user.longValue(),
                node.path("is_enabled").asBoolean(false),
                canReply);
    }

    private static @Nullable Update pressed(long id, JsonNode node) {
        String press = text(node.path("id"));
        Update.Sender from = sender(node.path("from"));
        Update.ChatRef chat = chat(node.path("message").path("chat"));
        JsonNode message = node.path("message").path("message_id");
        return press.isEmpty() || from == null || chat == null || !isId(message)
                ? null
                : new Update.ButtonPressed(
                        id, press, from, chat, message.longValue(), text(node.path("data")));
    }

    private static @Nullable Update membership(long id, JsonNode node) {
        Update.ChatRef chat = chat(node.path("chat"));
        String status = text(node.path("new_chat_member").path("status"));
        return chat == null || status.isEmpty()
                ? null
                : new Update.Membership(id, chat, INSIDE.contains(status));
    }

    private static @Nullable Update stopped(long id, JsonNode node) {
        Update.ChatRef chat = chat(node.path("chat"));
        return chat == null ? null : new Update.Stopped(id, chat);
    }

    private static Update.@Nullable ChatRef chat(JsonNode node) {
        if (!isId(node.path("id"))) {
            return null;
        }
        Update.ChatKind kind =
                switch (text(node.path("type"))) {
                    case "private" -> Update.ChatKind.PRIVATE;
                    case "group", "supergroup" -> Update.ChatKind.GROUP;
                    case "channel" -> Update.ChatKind.CHANNEL;
                    default -> null;
                };
        return kind == null
                ? null
                : new Update.ChatRef(node.path("id").longValue(), kind, text(node.path("title")));
    }

    private static Update.@Nullable Sender sender(JsonNode node) {
        if (!isId(node.path("id"))) {
            return null;
        }
        String first = text(node.path("first_name"));
        String last = text(node.path("last_name"));
        String language = text(node.path("language_code")).toLowerCase(Locale.ROOT);
        return new Update.Sender(
                node.path("id").longValue(),
                (first + " " + last).strip(),
                text(node.path("username")),
                language.matches("[a-z]{2}([-_].*)?") ? language.substring(0, 2) : "",
                node.path("is_bot").asBoolean(false));
    }

    private static Instant date(JsonNode node, Instant now) {
        boolean sane = isId(node) && node.longValue() > 0 && node.longValue() < MAX_SECONDS;
        return sane ? Instant.ofEpochSecond(node.longValue()) : now;
    }

    private static boolean isId(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong();
    }

    private static String text(JsonNode node) {
        return node.isString() ? Surrogates.repair(node.stringValue()) : "";
    }

    private static @Nullable String optional(JsonNode node) {
        String text = text(node);
        return text.isEmpty() ? null : text;
    }
}
