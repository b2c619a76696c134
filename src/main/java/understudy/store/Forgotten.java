package understudy.store;

import java.util.List;

/// What was taken out of the chat store, or would be.
///
/// @param names         every name the person had
/// @param messages      theirs, in all chats
/// @param chats         names of the chats of nobody but them and the owner; they go whole
/// @param ownMessages   what the owner wrote in these
/// @param groupMessages theirs in chats that stay
/// @param systemLines   lines of the app that name them, in chats that stay
/// @param mentions      messages of others, in chats that stay, that name them; these stay
public record Forgotten(
        List<String> names,
        long messages,
        List<String> chats,
        long ownMessages,
        long groupMessages,
        long systemLines,
        long mentions) {
    public Forgotten {
        names = List.copyOf(names);
        chats = List.copyOf(chats);
    }
}
