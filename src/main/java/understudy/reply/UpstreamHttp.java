package understudy.reply;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import understudy.base.HttpChunks;
import understudy.reply.Refusal.Reason;

/// Requests to one server. Goes nowhere else: redirects are not followed, so neither the key nor a
/// conversation can be led to another host.
final class UpstreamHttp implements AutoCloseable {
    private final UpstreamConfig config;
    private final HttpClient client;

    UpstreamHttp(UpstreamConfig config) {
        this.config = config;
        // HTTP/1.1: closing the connection is then the way to say that nobody listens any more,
        // and servers in the clear are not asked to change to HTTP/2 first
        this.client =
                HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(config.limits().connect())
                        .build();
    }

    /// An answer whose body has not been read.
    record Answer(int status, HttpHeaders headers, UpstreamBody body) implements AutoCloseable {
        boolean good() {
            return status >= 200 && status < 300;
        }

        /// Whether it comes as events.
        boolean events() {
            return headers.firstValue("Content-Type").orElse("").contains("text/event-stream");
        }

        @Override
        public void close() {
            body.close();
        }
    }

    /// @param path behind the base, such as `/models`; from the root with `root`
    Answer get(String path, boolean root) throws IOException, InterruptedException {
        HttpRequest request = request(uri(path, root)).GET().build();
        return send(request, config.limits().probe(), () -> false);
    }

    /// @param path behind the base, such as `/completions`
    Answer post(String path, String json, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        HttpRequest request =
                request(uri(path, false))
                        .header("Content-Type", "application/json")
                        .header("Accept", "text/event-stream, application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build();
        return send(request, config.limits().first(), cancelled);
    }

    private URI uri(String path, boolean root) {
        String above = config.base().getRawPath();
        above = root ? above.replaceFirst("/v\\d\\w*(/.*)?$", "") : above;
        return URI.create(config.origin() + above + path);
    }

    private HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .header("User-Agent", "understudy")
                        .header("Accept-Encoding", "identity");
        String key = config.key();
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return request;
    }

    private Answer send(HttpRequest request, Duration wait, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<HttpChunks>> coming =
                client.sendAsync(request, info -> new HttpChunks());
        long end = System.nanoTime() + wait.toNanos();
        boolean taken = false;
        try {
            while (System.nanoTime() < end) {
                if (cancelled.getAsBoolean()) {
                    throw new CancellationException();
                }
                HttpResponse<HttpChunks> response = within(coming);
                if (response != null) {
                    taken = true;
                    return new Answer(
                            response.statusCode(),
                            response.headers(),
                            new UpstreamBody(response.body(), config.limits().bytes()));
                }
            }
            throw new HttpTimeoutException("no answer for " + wait.toSeconds() + " s");
        } finally {
            if (!taken) {
                // closes the connection; and an answer that came in this very moment too
                if (!coming.cancel(true) && !coming.isCompletedExceptionally()) {
                    coming.join().body().close();
                }
            }
        }
    }

    private static @Nullable HttpResponse<HttpChunks> within(
            CompletableFuture<HttpResponse<HttpChunks>> coming)
            throws IOException, InterruptedException {
        try {
            return coming.get(HttpChunks.LOOK.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        }
    }

    /// Why the server could not be asked.
    Refusal failed(IOException failure) {
        String host = config.base().getHost();
        String what;
        String fix = "check --upstream, and that the server runs";
        if (failure instanceof HttpConnectTimeoutException) {
            what = host + " does not take the connection";
            fix = "check the address, the network and firewalls on the way";
        } else if (failure instanceof HttpTimeoutException) {
            what = host + " does not answer in time";
            fix = "look what the server does; it may be loading a model, or be too slow for it";
        } else if (unresolved(failure)) {
            what = "there is no host " + host;
            fix = "check the name in --upstream";
        } else if (failure instanceof SSLException) {
            what = "no secure connection to " + host;
            fix = "check its certificate, and whether the address begins with http or https";
        } else if (failure instanceof ConnectException) {
            what = "no server takes connections at " + config.base().getRawAuthority();
            fix = "start it, or check the port in --upstream";
        } else {
            what = "the connection to " + host + " broke";
            fix = "look into the server's own log; try again";
        }
        return new Refusal(Reason.UPSTREAM, what, config.origin(), fix, 0, failure);
    }

    /// A connection that was kept may have been closed by the other side: worth asking again.
    static boolean stale(IOException failure) {
        return !(failure instanceof HttpTimeoutException)
                && !(failure instanceof ConnectException)
                && !(failure instanceof SSLException)
                && !unresolved(failure);
    }

    private static boolean unresolved(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
