package understudy.serve.guard;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// A program that serves until it is asked to end; prints its port, and at the end `stopped` and
/// the threads that would keep a program alive.
///
/// Jetty tells its threads to end and does not wait for it: they get some seconds.
final class ServeProcess {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private ServeProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        Guarded server = new Guarded();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            server.close();
                            System.out.println("stopped " + remaining());
                            System.out.flush();
                        }));
        System.out.println("port " + server.port());
        new CountDownLatch(1).await();
    }

    /// What is still [#lively()] after a while, if anything is.
    static List<String> remaining() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> names = lively();
        while (!names.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(10_000_000);
            names = lively();
        }
        return names;
    }

    /// Names of threads that a program without [System#exit] would wait for.
    static List<String> lively() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !t.isDaemon() && t != Thread.currentThread())
                .map(Thread::getName)
                .filter(name -> !name.matches("main|SIG\\w+ handler|DestroyJavaVM"))
                .toList();
    }
}
