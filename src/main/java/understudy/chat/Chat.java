package understudy.chat;

import java.util.List;

/// One chat as read from an export: messages in the order of the file.
///
/// @param platform lower-case name of the app, such as `whatsapp`
/// @param name     the chat's name: the other person, or the group
/// @param messages in file order
public record Chat(String platform, String name, List<Message> messages) {
    public Chat {
        messages = List.copyOf(messages);
    }
}
