package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import understudy.generate.GenerateOptions;

class DecodeLoopTest {
    private static final int[] PROMPT = {5, 9, 7, 11};

    private final TinyShelf shelf = new TinyShelf();
    private final DecodeLoop loop =
            new DecodeLoop(shelf, new LocalCompleter.Limits(4, 8, 1024, 4096, Duration.ofHours(1)));

    @AfterEach
    void close() {
        shelf.gate.countDown();
        loop.close();
    }

    private static Job job(int... prompt) {
        GenerateOptions options = new GenerateOptions.Builder().maxTokens(3).build();
        return new Job("base", "somebody", prompt, 0, options, true);
    }

    private static Completion end(Job job) {
        return job.await(piece -> {}, () -> false, () -> false);
    }

    /// Those who come at one moment are read one behind the other, and each begins, or fails, when
    /// it has been read.
    @Test
    void aPromptThatCannotBeReadFailsAlone() {
        Job before = job(PROMPT);
        Job unreadable = job(5, 9, 1_000_000);
        Job after = job(PROMPT);
        shelf.gate = new CountDownLatch(1);
        loop.submit(before);
        await().until(() -> shelf.atTheGate.get() == 1);
        loop.submit(unreadable);
        loop.submit(after);
        shelf.gate.countDown();
        Completion first = end(before);
        assertThat(first.finish()).isNotEqualTo(Completion.Finish.CANCELLED);
        assertThatThrownBy(() -> end(unreadable)).isInstanceOf(RuntimeException.class);
        assertThat(end(after).text()).isEqualTo(first.text());
        await().until(() -> loop.load().running() == 0);
    }
}
