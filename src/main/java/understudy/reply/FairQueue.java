package understudy.reply;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Work that waits: clients take turns, and within a client who came first is first. Not safe for
/// use by several threads.
final class FairQueue<T> {
    private final Map<String, Deque<T>> byClient = new LinkedHashMap<>(); // next client first
    private int size;

    void add(String client, T work) {
        byClient.computeIfAbsent(client, c -> new ArrayDeque<>()).add(work);
        size++;
    }

    /// What [#next()] would hand out; null where nothing waits.
    @Nullable T first() {
        Iterator<Deque<T>> all = byClient.values().iterator();
        return all.hasNext() ? all.next().element() : null;
    }

    /// @return null where nothing waits
    @Nullable T next() {
        Iterator<Map.Entry<String, Deque<T>>> clients = byClient.entrySet().iterator();
        if (!clients.hasNext()) {
            return null;
        }
        Map.Entry<String, Deque<T>> first = clients.next();
        clients.remove();
        T work = first.getValue().remove();
        if (!first.getValue().isEmpty()) {
            byClient.put(first.getKey(), first.getValue()); // to the end: the others come first
        }
        size--;
        return work;
    }

    /// @return whether it was still waiting
    boolean remove(String client, T work) {
        Deque<T> own = byClient.get(client);
        if (own == null || !own.remove(work)) {
            return false;
        }
        if (own.isEmpty()) {
            byClient.remove(client);
        }
        size--;
        return true;
    }

    /// Who waits, next first.
    List<String> clients() {
        return List.copyOf(byClient.keySet());
    }

    int size() {
        return size;
    }
}
