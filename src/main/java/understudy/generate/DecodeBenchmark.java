package understudy.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import understudy.model.KvCache;
import understudy.model.LanguageModel;

/// Measures how fast a model reads and writes; the ids are random, since speed does not depend on
/// them.
public final class DecodeBenchmark {
    private DecodeBenchmark() {}

    /// Tokens a second of all conversations together, one token of each at a time; median.
    ///
    /// @param history       tokens read before
    /// @param conversations how many at once
    public static double decode(LanguageModel model, int history, int tokens, int conversations) {
        int[] ids = ids(model, history + tokens);
        double[] seconds = new double[tokens];
        FusedDecoder fused = FusedDecoder.of(model);
        List<KvCache> caches = new ArrayList<>();
        try {
            for (int i = 0; i < conversations; i++) {
                caches.add(model.newCache());
                caches.getLast().reserve(history + tokens);
                for (int from = 0; from < history; from += model.chunk()) {
                    int to = Math.min(history, from + model.chunk());
                    read(model, caches.getLast(), Arrays.copyOfRange(ids, from, to));
                }
            }
            for (int i = 0; i < tokens; i++) {
                int id = ids[history + i];
                long from = System.nanoTime();
                if (fused != null) {
                    fused.next(
                            caches.stream()
                                    .map(cache ->
                                            new FusedDecoder.Step(id, cache, model.attached()))
                                    .toList());
                } else {
                    caches.forEach(cache -> read(model, cache, new int[] {id}));
                }
                seconds[i] = (System.nanoTime() - from) / 1e9;
            }
        } finally {
            caches.forEach(KvCache::close);
        }
        Arrays.sort(seconds);
        return conversations / seconds[tokens / 2];
    }

    /// Tokens a second of reading a prompt.
    public static double prefill(LanguageModel model, int length) {
        try (KvCache cache = model.newCache()) {
            int[] ids = ids(model, length);
            long from = System.nanoTime();
            read(model, cache, ids);
            return length / ((System.nanoTime() - from) / 1e9);
        }
    }

    private static void read(LanguageModel model, KvCache cache, int[] ids) {
        try (PointerScope scope = new PointerScope()) {
            model.next(ids, cache).max().item_float(); // waits for the device
        }
    }

    private static int[] ids(LanguageModel model, int count) {
        SplittableRandom random = new SplittableRandom(1);
        return random.ints(count, 0, model.config().vocabulary()).toArray();
    }
}
