package understudy.generate;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import understudy.model.KvCache;
import understudy.model.LanguageModel;

/// Measures how fast a model reads and writes; the ids are random, since speed does not depend on
/// them.
public final class DecodeBenchmark {
    private DecodeBenchmark() {}

    /// Tokens a second of one conversation, one token at a time; median.
    ///
    /// @param history tokens read before
    public static double decode(LanguageModel model, int history, int tokens) {
        int[] ids = ids(model, history + tokens);
        double[] seconds = new double[tokens];
        try (KvCache cache = model.newCache()) {
            read(model, cache, Arrays.copyOf(ids, history));
            for (int i = 0; i < tokens; i++) {
                long from = System.nanoTime();
                read(model, cache, new int[] {ids[history + i]});
                seconds[i] = (System.nanoTime() - from) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return 1 / seconds[tokens / 2];
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
