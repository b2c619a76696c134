package understudy.serve.blind;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.evaluate.voice.BlindTest;

/// Serves a blind test to whoever has its link, several people at a time.
///
/// The link holds a key of 192 random bits; without it every address is "not found". Pages are
/// plain forms without scripts. What people guess is counted for each and for all; nothing that was
/// written is kept or logged.
public final class BlindServer implements AutoCloseable {
    private static final int KEY_BYTES = 24;
    private static final int VISITOR_BYTES = 9;

    /// Bounds what a link that got around can cost.
    private static final int MOST_VISITORS = 500;

    private static final int MOST_BODY = 1_000;

    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
                    + " frame-ancestors 'none'";

    private final String host;
    private final int port;
    private final String key = random(KEY_BYTES);
    private final BlindTest test;
    private final Consumer<BlindTest.Result> told;
    private final Map<String, Visitor> visitors = new LinkedHashMap<>();
    private @Nullable Javalin javalin;

    /// Somebody who guesses, and how far they are.
    private static final class Visitor {
        private int next;
        private int right;
    }

    /// @param host address to listen at
    /// @param port 0 for one that is free
    /// @param test what is shown; counts all guesses, used by one request at a time
    /// @param told the result so far, after each guess
    public BlindServer(String host, int port, BlindTest test, Consumer<BlindTest.Result> told) {
        this.host = host;
        this.port = port;
        this.test = test;
        this.told = told;
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /// Opens the port.
    ///
    /// @throws UserError where it cannot be had
    public void start() {
        try {
            javalin = Javalin.create(this::configure).start(host, port);
        } catch (JavalinBindException e) {
            throw new UserError(
                    "port " + port + " cannot be opened; something else may use it",
                    host + ":" + port,
                    "end the other program, or choose another port with --port (0 for any)",
                    e);
        }
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = MOST_BODY;
        config.routes.before(context -> {
            context.header("Content-Security-Policy", POLICY);
            context.header("X-Content-Type-Options", "nosniff");
            context.header("Referrer-Policy", "no-referrer");
            context.header("Cache-Control", "no-store");
        });
        config.routes.get("/{key}", this::welcome);
        config.routes.get("/{key}/{visitor}", this::show);
        config.routes.post("/{key}/{visitor}", this::guess);
    }

    private boolean known(Context context) {
        boolean same =
                MessageDigest.isEqual(
                        key.getBytes(StandardCharsets.UTF_8),
                        context.pathParam("key").getBytes(StandardCharsets.UTF_8));
        if (!same) {
            context.status(404).result("not found");
        }
        return same;
    }

    private void page(Context context, String html) {
        context.contentType("text/html; charset=utf-8").result(html);
    }

    private synchronized void welcome(Context context) {
        if (!known(context)) {
            return;
        }
        if (visitors.size() >= MOST_VISITORS) {
            context.status(503).result("enough people have guessed");
            return;
        }
        String visitor = random(VISITOR_BYTES);
        visitors.put(visitor, new Visitor());
        page(context, BlindHtml.welcome("/" + key + "/" + visitor, test.trials().size()));
    }

    private synchronized void show(Context context) {
        Visitor visitor = known(context) ? visitors.get(context.pathParam("visitor")) : null;
        if (visitor == null) {
            context.status(404).result("not found");
            return;
        }
        List<BlindTest.Trial> trials = test.trials();
        page(
                context,
                visitor.next < trials.size()
                        ? BlindHtml.trial(trials.get(visitor.next), visitor.next, trials.size())
                        : BlindHtml.done(visitor.right, trials.size()));
    }

    /// A guess counts once: a form sent twice, or for another trial, changes nothing.
    private synchronized void guess(Context context) {
        Visitor visitor = known(context) ? visitors.get(context.pathParam("visitor")) : null;
        if (visitor == null) {
            context.status(404).result("not found");
            return;
        }
        String choice = context.formParam("real");
        boolean current = Integer.toString(visitor.next).equals(context.formParam("trial"));
        if (current
                && visitor.next < test.trials().size()
                && choice != null
                && choice.matches("[ab]")) {
            visitor.right +=
                    test.guess(test.trials().get(visitor.next), choice.equals("a")) ? 1 : 0;
            visitor.next++;
            told.accept(test.result());
        }
        context.status(303).header("Location", context.path());
    }

    /// The path of the link, key included.
    public String path() {
        return "/" + key;
    }

    /// The port it listens at.
    public int port() {
        Javalin running = javalin;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running.port();
    }

    /// People who opened the link.
    public synchronized int visitors() {
        return visitors.size();
    }

    /// What all of them guessed.
    public synchronized BlindTest.Result result() {
        return test.result();
    }

    @Override
    public void close() {
        Javalin running = javalin;
        if (running != null) {
            running.stop();
            javalin = null;
        }
    }
}
