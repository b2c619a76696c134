package understudy.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.HttpChunks;
import understudy.base.UserError;

/// GET requests to the hub. Follows redirects itself, each checked by [HostRules], and sends the
/// token only to the endpoint.
final class HubHttp implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_TEXT_BYTES = 16 << 20;

    private final HubSettings settings;
    private final HostRules rules;
    private final HttpClient client;

    HubHttp(HubSettings settings) {
        this.settings = settings;
        this.rules = new HostRules(settings.endpoint(), InetAddress::getAllByName);
        this.client =
                HttpClient.newBuilder()
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(settings.connect())
                        .build();
    }

    /// A reply with success, its body not yet read.
    ///
    /// @param status 200, or 206 where a range was asked for and granted
    record Reply(int status, HttpHeaders headers, HttpChunks body) implements AutoCloseable {
        @Override
        public void close() {
            body.close();
        }
    }

    /// The whole of a short text.
    String text(String path, String what) throws IOException, InterruptedException {
        try (Reply reply = get(path, 0, what)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            List<ByteBuffer> buffers;
            while ((buffers = reply.body.next(settings.stall())) != null) {
                for (ByteBuffer buffer : buffers) {
                    if (buffer.remaining() > MOST_TEXT_BYTES - all.size()) {
                        throw new HubFailure(
                                error(what, "the hub's answer is too long"), false, null);
                    }
                    byte[] part = new byte[buffer.remaining()];
                    buffer.get(part);
                    all.writeBytes(part);
                }
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }

    /// @param path under the endpoint, with its leading slash
    /// @param from first byte wanted; 0 for all
    /// @throws HubFailure when the hub refuses
    Reply get(String path, long from, String what) throws IOException, InterruptedException {
        URI uri = URI.create(settings.endpoint() + path);
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<HttpChunks> response =
                    client.send(request(uri, from), info -> new HttpChunks());
            int status = response.statusCode();
            if (status == 200 || status == 206) {
                return new Reply(status, response.headers(), response.body());
            }
            response.body().close();
            if (status < 300 || status >= 400 || status == 304) {
                throw refused(status, response.headers(), what);
            }
            uri = redirected(uri, response.headers(), what);
        }
        throw new HubFailure(error(what, "the hub redirects in circles"), false, null);
    }

    private HttpRequest request(URI uri, long from) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(settings.stall())
                        .header("User-Agent", "understudy")
                        .header("Accept-Encoding", "identity");
        String token = settings.token();
        if (token != null && rules.sameAuthority(uri)) {
            request.header("Authorization", "Bearer " + token);
        }
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        return request.build();
    }

    private URI redirected(URI from, HttpHeaders headers, String what) throws HubFailure {
        String location = headers.firstValue("Location").orElse("");
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HubFailure(error(what, "the hub redirects to no address"), false, null);
        }
        String refusal = rules.refusal(target, proxied(target));
        if (refusal != null) {
            String host = target.getHost() == null ? "an unnamed host" : target.getHost();
            throw new HubFailure(
                    new UserError(
                            "the hub redirects to " + host + ", which is not followed: " + refusal,
                            what + " from " + settings.endpoint(),
                            "check HF_ENDPOINT; with the hub itself, report this to it",
                            ExitCode.UNEXPECTED_STATE,
                            null),
                    false,
                    null);
        }
        return target;
    }

    private static boolean proxied(URI target) {
        ProxySelector selector = ProxySelector.getDefault();
        return selector != null
                && "https".equalsIgnoreCase(target.getScheme())
                && selector.select(target).stream()
                        .anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
    }

    private HubFailure refused(int status, HttpHeaders headers, String what) {
        boolean busy = status == 429 || status == 408;
        boolean broken = status >= 500;
        return new HubFailure(
                error(status, what), busy || broken, busy || broken ? retryAfter(headers) : null);
    }

    private UserError error(int status, String what) {
        String where = what + " from " + settings.endpoint();
        boolean token = settings.token() != null;
        return switch (status) {
            case 401 ->
                    new UserError(
                            token
                                    ? "the hub does not accept the token (401)"
                                    : "the hub wants to know who asks, or has no such model (401)",
                            where,
                            token
                                    ? "make a new access token on the hub and set HF_TOKEN"
                                    : "check the name; where the model is gated, accept its licence"
                                            + " on its page and set HF_TOKEN to an access token");
            case 403 ->
                    new UserError(
                            "the hub does not let you have the model (403)",
                            where,
                            "accept its licence on its page, and set HF_TOKEN to a token of the"
                                    + " same account that may read it");
            case 404 ->
                    new UserError(
                            "the hub has no such model, revision or file (404)",
                            where,
                            "check the name; understudy model list shows those that are known");
            case 429 ->
                    unexpected(
                            "the hub says there were too many requests (429)",
                            where,
                            "wait some minutes and start it again, it goes on where it stopped");
            default ->
                    unexpected(
                            "the hub answers with the error " + status,
                            where,
                            status >= 500
                                    ? "wait until the hub works again; nothing that is here is lost"
                                    : "check HF_ENDPOINT and the name of the model");
        };
    }

    private UserError error(String what, String problem) {
        return unexpected(
                problem, what + " from " + settings.endpoint(), "check HF_ENDPOINT and try again");
    }

    private static UserError unexpected(String what, String where, String fix) {
        return new UserError(what, where, fix, ExitCode.UNEXPECTED_STATE, null);
    }

    /// Seconds only: the hub sends no dates, and clocks differ.
    private static @Nullable Duration retryAfter(HttpHeaders headers) {
        String text = headers.firstValue("Retry-After").orElse("");
        return text.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(text)) : null;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
