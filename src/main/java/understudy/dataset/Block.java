package understudy.dataset;

import java.time.LocalDateTime;
import java.util.List;
import understudy.chat.Conversation;
import understudy.chat.Turn;

/// A conversation on its way into rows.
///
/// @param conversation turns between two silences
/// @param partner      whom it is with
/// @param messages     how many messages each turn was joined from
record Block(Conversation conversation, Partner partner, List<Integer> messages) {
    Block {
        messages = List.copyOf(messages);
        if (messages.size() != conversation.turns().size()) {
            throw new IllegalArgumentException("a count of messages for each turn");
        }
    }

    List<Turn> turns() {
        return conversation.turns();
    }

    LocalDateTime start() {
        return turns().getFirst().sentAt();
    }

    boolean hasOwnTurn() {
        return turns().stream().anyMatch(Turn::mine);
    }

    int messageCount() {
        return messages.stream().mapToInt(Integer::intValue).sum();
    }
}
