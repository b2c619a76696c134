package understudy.dataset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import understudy.chat.Person;
import understudy.store.ChatStore;
import understudy.store.StoredChat;
import understudy.store.StoredMessage;

/// The chats of a store as blocks, redacted.
///
/// @param myName the owner's name in rows
/// @param people everybody in the store, by their key
/// @param chats  the blocks of each chat, in the order of time
record ChatBlocks(String myName, Map<Long, Person> people, List<List<Block>> chats) {
    /// @param redactor has learned the store already
    /// @param funnel   told about every message that is dropped
    static ChatBlocks of(
            ChatStore store, Person me, DatasetConfig config, Redactor redactor, Funnel funnel) {
        Map<Long, Person> people =
                store.people().stream().collect(Collectors.toMap(Person::id, p -> p));
        Map<Long, String> names = new HashMap<>();
        people.forEach((id, person) -> names.put(id, redactor.name(person.name())));
        String myName = config.myName().isBlank() ? me.name() : config.myName();
        names.put(me.id(), myName);
        BlockMaker maker = new BlockMaker(config, me.id(), names, funnel);
        List<List<Block>> chats = new ArrayList<>();
        for (StoredChat chat : store.chats()) {
            List<StoredMessage> lines = redactor.messages(store.messages(chat.id()), names);
            Partner partner = redactor.partner(partner(chat, lines, me, people));
            String label = redactor.name(label(chat, store.chats()));
            chats.add(maker.blocks(label, partner, lines));
        }
        return new ChatBlocks(myName, people, chats);
    }

    /// A chat's name, with its platform where two platforms have one of that name.
    private static String label(StoredChat chat, List<StoredChat> all) {
        long same = all.stream().filter(c -> c.name().equals(chat.name())).count();
        return same > 1 ? chat.name() + " (" + chat.platform() + ")" : chat.name();
    }

    private static Partner partner(
            StoredChat chat, List<StoredMessage> lines, Person me, Map<Long, Person> people) {
        List<Person> others =
                lines.stream()
                        .map(StoredMessage::personId)
                        .filter(Objects::nonNull)
                        .distinct()
                        .filter(id -> id != me.id())
                        .map(people::get)
                        .filter(Objects::nonNull)
                        .toList();
        return others.size() == 1
                ? new Partner(others.getFirst().name(), others.getFirst().role(), false)
                : new Partner(chat.name(), null, others.size() > 1);
    }
}
