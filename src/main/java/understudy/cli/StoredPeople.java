package understudy.cli;

import java.util.Optional;
import understudy.base.Workspace;
import understudy.chat.Person;
import understudy.reply.Voice;
import understudy.serve.api.People;
import understudy.store.ChatStore;

/// The people of a home's chat store, under any of their names. The store is opened for each
/// question: one connection serves one thread, and what `understudy people` changes counts at once.
record StoredPeople(Workspace workspace) implements People {
    @Override
    public Optional<Voice.Partner> find(String name) {
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            return store.people().stream()
                    .filter(person -> !person.me() && isNamed(person, name))
                    .findFirst()
                    .map(person -> new Voice.Partner(person.name(), person.role()));
        }
    }

    private static boolean isNamed(Person person, String name) {
        return person.name().equalsIgnoreCase(name)
                || person.aliases().stream().anyMatch(alias -> alias.equalsIgnoreCase(name));
    }
}
