package understudy.dataset;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import understudy.chat.Conversation;
import understudy.chat.Message;
import understudy.chat.Role;
import understudy.chat.Turn;
import understudy.store.StoredMessage;

/// Makes blocks of the messages of one chat.
///
/// Only text counts: media, calls and the rest are dropped first, so neither keeps a silence from
/// being one, because the model will see neither.
final class BlockMaker {
    private final Duration merge;
    private final Duration gap;
    private final long me;
    private final Map<Long, String> names;
    private final Funnel funnel;

    /// @param me     the owner's key in the store
    /// @param names  everybody's name, by their key
    /// @param funnel told about every message that is dropped
    BlockMaker(DatasetConfig config, long me, Map<Long, String> names, Funnel funnel) {
        this.merge = Duration.ofMinutes(config.mergeMinutes());
        this.gap = Duration.ofMinutes(config.gapMinutes());
        this.me = me;
        this.names = names;
        this.funnel = funnel;
    }

    /// A turn that may still grow.
    private static final class Open {
        final @Nullable Long speaker;
        final String name;
        final LocalDateTime start;
        final StringBuilder text;
        int messages = 1;

        Open(StoredMessage message, String name) {
            this.speaker = message.personId();
            this.name = name;
            this.start = message.sentAt();
            this.text = new StringBuilder(message.text());
        }
    }

    /// @param chat     the chat's name in rows and reports
    /// @param messages in order of time
    List<Block> blocks(String chat, Partner partner, List<StoredMessage> messages) {
        List<Block> blocks = new ArrayList<>();
        List<Open> block = new ArrayList<>();
        LocalDateTime last = null;
        for (StoredMessage message : messages) {
            funnel.read(1);
            if (message.kind() != Message.Kind.TEXT || message.text().isBlank()) {
                funnel.drop(DropReason.of(message.kind()), 1, chat, message.sentAt());
                continue;
            }
            Duration silence =
                    last == null ? Duration.ZERO : Duration.between(last, message.sentAt());
            last = message.sentAt();
            if (silence.compareTo(gap) >= 0 && !block.isEmpty()) {
                blocks.add(close(chat, partner, blocks.size(), block));
                block.clear();
            }
            Open open = block.isEmpty() ? null : block.getLast();
            boolean same =
                    open != null
                            && Objects.equals(open.speaker, message.personId())
                            && silence.compareTo(merge) <= 0;
            if (open != null && same) {
                open.text.append('\n').append(message.text());
                open.messages++;
            } else {
                block.add(new Open(message, name(message)));
            }
        }
        if (!block.isEmpty()) {
            blocks.add(close(chat, partner, blocks.size(), block));
        }
        return blocks;
    }

    private String name(StoredMessage message) {
        Long person = message.personId();
        String name = person == null ? null : names.get(person);
        return name == null ? "" : name;
    }

    private boolean isMine(@Nullable Long person) {
        return person != null && person == me;
    }

    private Block close(String chat, Partner partner, int number, List<Open> open) {
        List<Turn> turns = new ArrayList<>();
        List<Integer> messages = new ArrayList<>();
        for (Open turn : open) {
            Role role = isMine(turn.speaker) ? Role.ASSISTANT : Role.USER;
            turns.add(new Turn(role, turn.name, turn.start, turn.text.toString()));
            messages.add(turn.messages);
        }
        return new Block(new Conversation(partner.name(), chat, number, turns), partner, messages);
    }
}
