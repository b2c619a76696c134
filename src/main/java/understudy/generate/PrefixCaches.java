package understudy.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.model.Adapter;
import understudy.model.KvCache;
import understudy.model.LanguageModel;

/// What the model made of texts that are complete, so that a conversation that grows is not read
/// again from its beginning.
final class PrefixCaches implements AutoCloseable {
    private final LanguageModel model;
    private final int most;
    private final List<Entry> idle = new ArrayList<>(); // longest unused first

    /// @param most caches kept for later
    PrefixCaches(LanguageModel model, int most) {
        this.model = model;
        this.most = most;
    }

    /// A cache and the tokens it has seen, with the adapter they were seen through.
    static final class Entry {
        final KvCache cache;
        final @Nullable Adapter adapter;
        private int[] ids;
        private int count;

        private Entry(KvCache cache, @Nullable Adapter adapter) {
            this.cache = cache;
            this.adapter = adapter;
            this.ids = new int[256];
        }

        void saw(int[] tokens) {
            if (count + tokens.length > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(count + tokens.length, 2 * ids.length));
            }
            System.arraycopy(tokens, 0, ids, count, tokens.length);
            count += tokens.length;
        }

        private void truncate(int length) {
            count = length;
            cache.truncate(length);
        }

        private int common(int[] prompt) {
            int most = Math.min(count, Math.min(cache.length(), prompt.length - 1));
            int same = 0;
            while (same < most && ids[same] == prompt[same]) {
                same++;
            }
            return same;
        }
    }

    /// Hands out the cache that has seen most of the beginning of `prompt`, cut to what is the
    /// same. One token at least is left to read.
    ///
    /// @param fresh whether the cache must have seen nothing
    Entry take(int[] prompt, @Nullable Adapter adapter, boolean fresh) {
        Entry best = null;
        int longest = 0;
        for (Entry entry : idle) {
            int same = fresh || entry.adapter != adapter ? 0 : entry.common(prompt);
            if (same > longest) {
                best = entry;
                longest = same;
            }
        }
        if (best == null) {
            best = idle.size() < most ? null : idle.getFirst();
        }
        if (best == null) {
            return new Entry(model.newCache(), adapter);
        }
        idle.remove(best);
        if (best.adapter != adapter) {
            best.cache.truncate(0);
            return new Entry(best.cache, adapter);
        }
        best.truncate(longest);
        return best;
    }

    void giveBack(Entry entry) {
        idle.add(entry);
        if (idle.size() > most) {
            idle.removeFirst().cache.close();
        }
    }

    /// Tokens held for later.
    long tokens() {
        return idle.stream().mapToLong(entry -> entry.count).sum();
    }

    /// Forgets what was seen through `adapter`, which is about to change or to go.
    void forget(@Nullable Adapter adapter) {
        idle.removeIf(entry -> {
            boolean gone = entry.adapter == adapter;
            if (gone) {
                entry.cache.close();
            }
            return gone;
        });
    }

    @Override
    public void close() {
        idle.forEach(entry -> entry.cache.close());
        idle.clear();
    }
}
