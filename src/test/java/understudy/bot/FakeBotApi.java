package understudy.bot;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;

/// A Bot API server with a memory: it delivers updates again until a higher offset is asked for,
/// counts what it is sent, checks it as Telegram does, and fails on demand.
public final class FakeBotApi implements AutoCloseable {
    public static final String TOKEN = "123456:canary-Token_7d1f";
    public static final long BOT_ID = 123456;
    public static final String BOT_NAME = "ada_bot";

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // 40 ms an answer otherwise
    }

    /// A way to fail.
    public sealed interface Fault {
        /// An error as the Bot API puts it.
        record Error(int code, String description, String parameters) implements Fault {}

        /// Something else than the Bot API's JSON.
        record Page(int status, String body) implements Fault {}

        /// No answer until the server closes.
        record Silence() implements Fault {}

        /// The connection ends without an answer.
        ///
        /// @param done whether the call was done before
        record Cut(boolean done) implements Fault {}

        static Fault flood(int seconds) {
            return new Error(429, "Too Many Requests", "{\"retry_after\":" + seconds + "}");
        }

        static Fault error(int code) {
            return new Error(code, "Error " + code, "{}");
        }

        static Fault moved(long to) {
            return new Error(
                    400,
                    "Bad Request: group chat was upgraded to a supergroup chat",
                    "{\"migrate_to_chat_id\":" + to + "}");
        }
    }

    /// A message that was taken.
    public record Sent(
            long id, long chat, String text, Map<String, String> parameters, long nanos) {}

    /// A call of any kind that was done.
    public record Call(String method, Map<String, String> parameters) {}

    private record Planned(String method, Fault fault) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Deque<Planned> faults = new ConcurrentLinkedDeque<>();
    private final Map<String, Fault> lasting = new ConcurrentHashMap<>();
    private final AtomicLong messageIds = new AtomicLong(1000);

    // guarded by this
    private final TreeMap<Long, ObjectNode> updates = new TreeMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private final Set<Long> blocked = new HashSet<>();
    private long lastUpdate = 5000;
    private long polls;

    public FakeBotApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    ChatTransport transport() {
        return TelegramTransport.connect(TOKEN, url(), false);
    }

    /// The next `times` calls of a method fail.
    public void fail(String method, int times, Fault fault) {
        for (int i = 0; i < times; i++) {
            faults.add(new Planned(method, fault));
        }
    }

    /// Every call of a method fails until [#heal].
    public void failAlways(String method, Fault fault) {
        lasting.put(method, fault);
    }

    public void heal() {
        faults.clear();
        lasting.clear();
    }

    public synchronized void block(long chat) {
        blocked.add(chat);
    }

    public synchronized List<Sent> sent() {
        return List.copyOf(sent);
    }

    public synchronized List<Call> calls(String method) {
        return calls.stream().filter(c -> c.method().equals(method)).toList();
    }

    /// Every offset that was asked for, in order.
    public synchronized List<Long> offsets() {
        return List.copyOf(offsets);
    }

    /// How many updates nobody has confirmed yet.
    public synchronized int open() {
        return updates.size();
    }

    /// Somebody writes to the bot in private.
    ///
    /// @return the update's number
    public long say(long chat, String text) {
        return push("message", message(chat, text));
    }

    /// A private text message, to be changed as a test likes.
    public ObjectNode message(long chat, String text) {
        ObjectNode message = Json.json().createObjectNode();
        message.put("message_id", messageIds.incrementAndGet());
        message.put("date", System.currentTimeMillis() / 1000);
        message.put("text", text);
        message.putObject("chat").put("id", chat).put("type", "private");
        message.putObject("from")
                .put("id", chat)
                .put("is_bot", false)
                .put("first_name", "Person " + chat)
                .put("language_code", "de");
        return message;
    }

    /// @return the update's number
    public synchronized long push(String kind, JsonNode content) {
        ObjectNode update = Json.json().createObjectNode();
        update.put("update_id", ++lastUpdate);
        update.set(kind, content);
        updates.put(lastUpdate, update);
        notifyAll();
        return lastUpdate;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/");
            Map<String, String> parameters = parameters(exchange);
            if (path.length != 3 || !path[1].equals("bot" + TOKEN)) {
                error(exchange, 401, "Unauthorized", "{}");
                return;
            }
            String method = path[2];
            Fault fault = fault(method);
            switch (fault) {
                case null -> perform(exchange, method, parameters, true);
                case Fault.Error e -> error(exchange, e.code(), e.description(), e.parameters());
                case Fault.Page page ->
                        write(
                                exchange,
                                page.status(),
                                page.body().getBytes(StandardCharsets.UTF_8));
                case Fault.Silence _ -> closed.await();
                case Fault.Cut cut -> {
                    if (cut.done()) {
                        perform(exchange, method, parameters, false);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Fault fault(String method) {
        for (Planned planned : faults) {
            if (planned.method().equals(method) && faults.removeFirstOccurrence(planned)) {
                return planned.fault();
            }
        }
        return lasting.get(method);
    }

    private static Map<String, String> parameters(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private void perform(
            HttpExchange exchange, String method, Map<String, String> parameters, boolean answer)
            throws IOException, InterruptedException {
        String result =
                switch (method) {
                    case "getMe" ->
                            "{\"id\":%d,\"is_bot\":true,\"first_name\":\"Ada\",\"username\":\"%s\"}"
                                    .formatted(BOT_ID, BOT_NAME);
                    case "getUpdates" -> poll(parameters);
                    case "sendMessage" -> take(parameters);
                    case "editMessageText",
                            "sendChatAction",
                            "answerCallbackQuery",
                            "setMyCommands",
                            "sendMessageDraft",
                            "setMessageReaction" ->
                            "true";
                    default -> "404 Not Found";
                };
        synchronized (this) {
            calls.add(new Call(method, parameters));
        }
        if (!answer) {
            return;
        }
        if (result.matches("4\\d\\d .*")) {
            error(exchange, Integer.parseInt(result.substring(0, 3)), result.substring(4), "{}");
        } else {
            write(
                    exchange,
                    200,
                    ("{\"ok\":true,\"result\":" + result + "}").getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Confirms what is below the offset, waits for what is not. A second poll ends the first, as
    /// with Telegram.
    private synchronized String poll(Map<String, String> parameters) throws InterruptedException {
        long offset = Long.parseLong(parameters.getOrDefault("offset", "0"));
        long me = ++polls;
        notifyAll();
        offsets.add(offset);
        updates.headMap(offset).clear();
        long end =
                System.nanoTime()
                        + TimeUnit.SECONDS.toNanos(
                                Long.parseLong(parameters.getOrDefault("timeout", "0")));
        while (updates.isEmpty() && me == polls && closed.getCount() > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(Math.min(left, 200));
        }
        if (me != polls) {
            return "409 Conflict: terminated by other getUpdates request";
        }
        return updates.values().stream().limit(100).toList().toString();
    }

    private synchronized String take(Map<String, String> parameters) {
        String text = parameters.getOrDefault("text", "");
        long chat = Long.parseLong(parameters.getOrDefault("chat_id", "0"));
        if (blocked.contains(chat)) {
            return "403 Forbidden: bot was blocked by the user";
        }
        if (text.isBlank() || text.length() > 4096) {
            return text.isBlank()
                    ? "400 Bad Request: message text is empty"
                    : "400 Bad Request: message is too long";
        }
        if (parameters.containsKey("parse_mode")) {
            return "400 Bad Request: nobody asked for markup";
        }
        long id = messageIds.incrementAndGet();
        sent.add(new Sent(id, chat, text, parameters, System.nanoTime()));
        return "{\"message_id\":%d,\"date\":%d,\"chat\":{\"id\":%d,\"type\":\"private\"}}"
                .formatted(id, System.currentTimeMillis() / 1000, chat);
    }

    private static void error(
            HttpExchange exchange, int code, String description, String parameters)
            throws IOException {
        String body =
                "{\"ok\":false,\"error_code\":%d,\"description\":\"%s\",\"parameters\":%s}"
                        .formatted(code, description, parameters);
        write(exchange, code, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /// Waits until that many messages were taken.
    public void await(int messages, Duration longest) {
        Awaitility.await()
                .atMost(longest)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> sent().size() >= messages);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
