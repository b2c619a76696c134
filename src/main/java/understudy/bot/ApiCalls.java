package understudy.bot;

import com.pengrad.telegrambot.request.BaseRequest;
import com.pengrad.telegrambot.utility.BotUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import okhttp3.ConnectionPool;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;

/// Calls of the Bot API, one attempt each, every answer bounded and every failure named.
///
/// The library's own client is not used: it tries again by itself where a message may have gone
/// out, reads answers of any size, and its errors can carry the address, of which the token is a
/// part. No error from here has a cause or a text that came from outside.
final class ApiCalls implements AutoCloseable {
    /// Largest answer read, bytes. 100 updates with all their text are under 2 MB.
    static final int MAX_BYTES = 10_000_000;

    /// Longer than the longest wait that Telegram is known to ask for.
    private static final int MAX_RETRY_SECONDS = 24 * 3600;

    private static final Pattern TOKEN = Pattern.compile("\\d{1,20}:[A-Za-z0-9_-]{1,100}");

    /// Sentences of Telegram's that help and hold nothing private.
    private static final List<String> KNOWN =
            List.of(
                    "chat not found",
                    "message is not modified",
                    "message is too long",
                    "message text is empty",
                    "message to edit not found",
                    "query is too old",
                    "not enough rights",
                    "bot was blocked",
                    "bot was kicked",
                    "user is deactivated",
                    "can't initiate conversation",
                    "webhook is active",
                    "terminated by other getUpdates request");

    private final OkHttpClient client;
    private final HttpUrl base;
    private final String token;

    /// @param read longest silence within a call
    ApiCalls(HttpUrl base, String token, Duration connect, Duration read) {
        if (!TOKEN.matcher(token).matches()) {
            throw new UserError(
                    "the token does not look like one of Telegram's",
                    null,
                    "copy it again from @BotFather: digits, a colon, letters and digits");
        }
        this.base = base;
        this.token = token;
        this.client =
                new OkHttpClient.Builder()
                        // a second attempt could be a second message
                        .retryOnConnectionFailure(false)
                        .followRedirects(false)
                        .connectionPool(new ConnectionPool(8, 60, TimeUnit.SECONDS))
                        .connectTimeout(connect)
                        .writeTimeout(connect)
                        .readTimeout(read)
                        .callTimeout(read.multipliedBy(2)) // also where bytes come one by one
                        .addNetworkInterceptor(ApiCalls::tell)
                        .build();
    }

    /// Told when the connection stands and the request is about to leave.
    private record Leaving(Runnable listener, AtomicBoolean left) {}

    /// A network interceptor runs after the connection was made.
    private static Response tell(Interceptor.Chain chain) throws IOException {
        Leaving leaving = chain.request().tag(Leaving.class);
        if (leaving != null && !leaving.left.get()) {
            leaving.listener.run();
            leaving.left.set(true);
        }
        return chain.proceed(chain.request());
    }

    JsonNode call(BaseRequest<?, ?> request) {
        return call(request, () -> {});
    }

    /// @param beforeSend see [ChatTransport#send]
    /// @return the answer's `result`
    JsonNode call(BaseRequest<?, ?> request, Runnable beforeSend) {
        FormBody.Builder form = new FormBody.Builder();
        request.getParameters().forEach((name, value) -> form.add(name, word(value)));
        Leaving leaving = new Leaving(beforeSend, new AtomicBoolean());
        Request http =
                new Request.Builder()
                        .url(
                                base.newBuilder()
                                        .addPathSegment("bot" + token)
                                        .addPathSegment(request.getMethod())
                                        .build())
                        .post(form.build())
                        .tag(Leaving.class, leaving)
                        .build();
        try (Response response = client.newCall(http).execute()) {
            return result(response.code(), response.header("Retry-After"), body(response));
        } catch (IOException e) {
            // the class says what happened; the text may hold an address
            boolean sent = leaving.left.get();
            throw failed(
                    sent
                            ? ChatTransport.Failed.Kind.NETWORK
                            : ChatTransport.Failed.Kind.UNREACHABLE,
                    (sent ? "no answer: " : "not reached: ") + e.getClass().getSimpleName());
        }
    }

    private static String word(Object value) {
        return switch (value) {
            case String text -> text;
            case Number number -> number.toString();
            case Boolean flag -> flag.toString();
            case Enum<?> choice -> choice.name();
            default -> BotUtils.toJson(value);
        };
    }

    private static byte[] body(Response response) throws IOException {
        BufferedSource source = response.body().source();
        if (source.request(MAX_BYTES + 1L)) {
            throw failed(
                    ChatTransport.Failed.Kind.NETWORK,
                    "the answer is larger than " + MAX_BYTES + " bytes");
        }
        return source.readByteArray();
    }

    @SuppressWarnings("UnusedException") // its text would hold a piece of the answer
    private static JsonNode result(int status, @Nullable String retryAfter, byte[] body) {
        JsonNode answer;
        try {
            answer = Json.json().readTree(body);
        } catch (JacksonException e) {
            answer = null;
        }
        if (answer == null || !answer.path("ok").isBoolean()) {
            throw status == 429
                    ? flood(seconds(retryAfter))
                    : failed(
                            ChatTransport.Failed.Kind.NETWORK,
                            "the answer (HTTP " + status + ") is not the Bot API's");
        }
        if (answer.path("ok").booleanValue()) {
            return answer.path("result");
        }
        throw refusal(status, answer);
    }

    private static long seconds(@Nullable String header) {
        return header != null && header.matches("\\d{1,6}") ? Long.parseLong(header) : 1;
    }

    private static ChatTransport.Failed refusal(int status, JsonNode answer) {
        int code = answer.path("error_code").asInt(status);
        JsonNode parameters = answer.path("parameters");
        String said = answer.path("description").asString("");
        String known =
                KNOWN.stream().filter(said::contains).findFirst().map(k -> ": " + k).orElse("");
        String what = "refused (" + code + ")" + known;
        JsonNode moved = parameters.path("migrate_to_chat_id");
        return switch (code) {
            case 429 -> flood(parameters.path("retry_after").asLong(1));
            case 401, 404 -> failed(ChatTransport.Failed.Kind.TOKEN, what);
            case 403 -> failed(ChatTransport.Failed.Kind.FORBIDDEN, what);
            case 409 -> failed(ChatTransport.Failed.Kind.CONFLICT, what);
            // a gateway that got no answer in time does not know either
            case 502, 504 -> failed(ChatTransport.Failed.Kind.NETWORK, what);
            default -> {
                if (code == 400 && moved.isIntegralNumber() && moved.canConvertToLong()) {
                    yield new ChatTransport.Failed(
                            ChatTransport.Failed.Kind.MOVED,
                            "the group has a new number",
                            0,
                            moved.longValue(),
                            null);
                }
                yield failed(
                        code >= 500
                                ? ChatTransport.Failed.Kind.SERVER
                                : ChatTransport.Failed.Kind.REFUSED,
                        what);
            }
        };
    }

    private static ChatTransport.Failed flood(long seconds) {
        int wait = Math.clamp(seconds, 1, MAX_RETRY_SECONDS);
        return new ChatTransport.Failed(
                ChatTransport.Failed.Kind.FLOOD, "too many requests (429)", wait, 0, null);
    }

    static ChatTransport.Failed failed(ChatTransport.Failed.Kind kind, String message) {
        return new ChatTransport.Failed(kind, message, 0, 0, null);
    }

    /// Ends what is under way, too.
    @Override
    public void close() {
        client.dispatcher().cancelAll();
        client.connectionPool().evictAll();
    }

    /// Without the token.
    @Override
    public String toString() {
        return "ApiCalls[" + base.host() + "]";
    }
}
