package understudy.chat;

import java.util.List;

/// A stretch of a chat without a long silence: the unit of splitting and of training.
///
/// @param person the other person, or the group's name
/// @param chat   the chat it belongs to
/// @param block  number within the chat, from 0, in time order
/// @param turns  at least one
public record Conversation(String person, String chat, int block, List<Turn> turns) {
    public Conversation {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a conversation has turns");
        }
    }
}
