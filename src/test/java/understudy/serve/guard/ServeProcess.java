package understudy.serve.guard;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A program that serves until it is asked to end; prints its port, and at the end `stopped` and
/// the threads that would keep a program alive.
final class ServeProcess {
    private ServeProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        Guarded server = new Guarded();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            server.close();
                            System.out.println("stopped " + lively());
                            System.out.flush();
                        }));
        System.out.println("port " + server.port());
        new CountDownLatch(1).await();
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
