package understudy.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns Ctrl-C or a request to end into a polite stop: what runs is told, and the process waits
/// until it has put its work away.
final class StopSignal implements AutoCloseable {
    /// Longest wait for a step and a checkpoint, seconds.
    private static final long PATIENCE = 120;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    /// @param stop told once when the process is asked to end
    StopSignal(Runnable stop) {
        this.hook =
                new Thread(
                        () -> {
                            stop.run();
                            try {
                                done.await(PATIENCE, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending already; the hook has been told
        }
    }
}
