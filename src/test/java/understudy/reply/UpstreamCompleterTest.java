package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static understudy.reply.StandIn.begin;
import static understudy.reply.StandIn.chat;
import static understudy.reply.StandIn.chunk;
import static understudy.reply.StandIn.events;
import static understudy.reply.StandIn.json;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.reply.Completer.Task;
import understudy.reply.Refusal.Reason;
import understudy.reply.StandIn.Reply;
import understudy.text.Line;

class UpstreamCompleterTest {
    private static final String CHATS = "/v1/chat/completions";
    private static final GenerateOptions OPTIONS =
            new GenerateOptions.Builder().repetitionPenalty(1).maxTokens(50).build();

    private final StandIn server = new StandIn().models("m");
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> pieces = new ArrayList<>();

    @AfterEach
    void stop() {
        threads.shutdownNow();
        server.close();
    }

    private static Task task(GenerateOptions options) {
        Prompt prompt =
                new Prompt.Chat(
                        List.of(Line.of(Role.USER, "SECRET")),
                        Voice.Partner.STRANGER,
                        LocalDate.of(2026, 3, 7),
                        List.of(),
                        0,
                        true);
        return new Task("", prompt, options, false, "c");
    }

    private Completion ask(UpstreamConfig config, GenerateOptions options, BooleanSupplier stop) {
        try (UpstreamCompleter completer = new UpstreamCompleter(config, null, null)) {
            return completer.complete(task(options), p -> pieces.add(p.text()), stop);
        }
    }

    private Completion ask(Reply... replies) {
        server.on(CHATS, replies);
        return ask(server.config(), OPTIONS, () -> false);
    }

    private Refusal refused(Reply... replies) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> ask(replies));
        assertThat(refusal.what() + refusal.where() + refusal.fix()).doesNotContain("SECRET");
        return refusal;
    }

    @Test
    void piecesComeInTheCallersThread() {
        List<Thread> seen = new ArrayList<>();
        server.on(CHATS, events(chat("stop", "a", "b", "c")));
        try (UpstreamCompleter completer = new UpstreamCompleter(server.config(), null, null)) {
            Completion done =
                    completer.complete(
                            task(OPTIONS), p -> seen.add(Thread.currentThread()), () -> false);
            assertThat(done.text()).isEqualTo("abc");
            assertThat(done.tokens()).isEqualTo(3);
            assertThat(done.promptTokens()).isPositive();
            assertThat(completer.load()).isEqualTo(new Completer.Load(0, 0, 1, 0));
        }
        assertThat(seen).isNotEmpty().containsOnly(Thread.currentThread());
    }

    /// Ways to end a stream: [DONE] or not, a last blank line or not, a count or not.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
                "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
                "data: [DONE]\n\n",
                "data: [DONE]",
                "data:[DONE]\r\n\r\n",
                ": end\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"eos_token\"}]}\n\n"
                        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
                        + "\"completion_tokens\":1}}\n\ndata: [DONE]\n\n",
            })
    void endsOfAStream(String end) {
        Completion done = ask(events(chunk("ü☕") + end));
        assertThat(done.text()).isEqualTo("ü☕");
        assertThat(done.finish()).isEqualTo(Completion.Finish.STOP);
        assertThat(done.tokens()).isEqualTo(1);
    }

    @Test
    void aStreamThatStaysOpenBehindItsEnd() {
        CountDownLatch over = new CountDownLatch(1);
        try {
            Completion done =
                    ask(exchange -> {
                        OutputStream out = begin(exchange);
                        String text = chat("length", "a").replace("data: [DONE]\n\n", "");
                        out.write(text.getBytes(StandardCharsets.UTF_8));
                        out.flush();
                        waitFor(over);
                    });
            assertThat(done.text()).isEqualTo("a");
            assertThat(done.finish()).isEqualTo(Completion.Finish.LENGTH);
        } finally {
            over.countDown();
        }
    }

    @Test
    void aStreamThatBreaksOffIsNoAnswer() {
        Refusal refusal = refused(events(chunk("SECRET")));
        assertThat(refusal.reason()).isEqualTo(Reason.UPSTREAM);
        assertThat(pieces).containsExactly("SECRET");
        assertThat(server.seen(CHATS)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{SECRET", "SECRET", "[]", "null", "\u0001"})
    void whatIsNotJson(String data) {
        assertThat(refused(events("data: " + data + "\n\n")).reason()).isEqualTo(Reason.UPSTREAM);
    }

    /// Written after published formats: vLLM, llama-server, TGI.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"message\":\"SECRET\",\"type\":\"InternalServerError\","
                        + "\"code\":500}}\n\ndata: [DONE]\n\n",
                "data: {\"object\":\"error\",\"message\":\"SECRET\",\"code\":500}\n\n",
                "error: {\"code\":500,\"message\":\"SECRET\",\"type\":\"server_error\"}\n\n",
                "event: error\ndata: SECRET\n\n",
                "data:{\"error\":\"SECRET\",\"error_type\":\"generation\"}\n\n",
            })
    void errorsAmidAnAnswer(String error) {
        assertThat(refused(events(chunk("a") + error)).reason()).isEqualTo(Reason.UPSTREAM);
        assertThat(pieces).containsExactly("a");
    }

    @Test
    void overloadAmidAnAnswerIsTriedAgainOnlyBeforeTheFirstWord() {
        String overload = "data: {\"error\":\"x\",\"error_type\":\"overloaded\"}\n\n";
        assertThat(ask(events(overload), events(chat("stop", "a"))).text()).isEqualTo("a");
        assertThat(server.seen(CHATS)).hasSize(2);
        server.seen.clear();
        assertThat(refused(events(chunk("b") + overload), events(chat("stop", "a"))).reason())
                .isEqualTo(Reason.BUSY);
        assertThat(server.seen(CHATS)).hasSize(1);
    }

    @Test
    void aBusyServerIsAskedAgain() {
        Reply busy = json(503, "{}", "Retry-After", "0");
        assertThat(ask(busy, busy, events(chat("stop", "a"))).text()).isEqualTo("a");
        assertThat(server.seen(CHATS)).hasSize(3);
    }

    @Test
    void aServerThatStaysBusy() {
        Refusal refusal = refused(json(429, "{}", "Retry-After", "0"));
        assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
        assertThat(server.seen(CHATS)).hasSize(3);
    }

    @Test
    void aServerThatWantsALongPause() {
        Refusal refusal = refused(json(429, "{\"error\":\"SECRET\"}", "Retry-After", "77"));
        assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
        assertThat(refusal.retryAfter()).isEqualTo(77);
        assertThat(server.seen(CHATS)).hasSize(1);
    }

    @Test
    void withoutAStream() {
        String whole =
                "{\"choices\":[{\"message\":{\"content\":\"abc\"},\"finish_reason\":\"length\"}],"
                        + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}";
        Completion done =
                ask(json(400, "{\"error\":\"stream is not supported\"}"), json(200, whole));
        assertThat(done.text()).isEqualTo("abc");
        assertThat(done.finish()).isEqualTo(Completion.Finish.LENGTH);
        assertThat(done.promptTokens()).isEqualTo(5);
        assertThat(server.seen(CHATS).get(0).body().path("stream").booleanValue()).isTrue();
        assertThat(server.seen(CHATS).get(1).body().has("stream")).isFalse();
    }

    @Test
    void aServerWithTheLongerNameOfMaxTokens() {
        String refusal =
                "{\"error\":{\"message\":\"Use 'max_completion_tokens' instead.\","
                        + "\"code\":\"unsupported_parameter\"}}";
        assertThat(ask(json(400, refusal), events(chat("stop", "a"))).text()).isEqualTo("a");
        assertThat(server.seen(CHATS).get(1).body().path("max_completion_tokens").intValue())
                .isEqualTo(50);
        assertThat(server.seen(CHATS).get(1).body().has("max_tokens")).isFalse();
    }

    @Test
    void aFieldThatMattersIsNotLeftOut() {
        server.on(CHATS, json(422, "{\"detail\":[{\"loc\":[\"body\",\"logit_bias\"]}]}"));
        GenerateOptions biased =
                new GenerateOptions.Builder(OPTIONS).logitBias(Map.of(5, 1.0)).build();
        Refusal refusal =
                catchThrowableOfType(
                        Refusal.class, () -> ask(server.config(), biased, () -> false));
        assertThat(refusal.reason()).isEqualTo(Reason.INVALID);
        assertThat(refusal.what()).contains("logit_bias");
        assertThat(server.seen(CHATS)).hasSize(1);
    }

    @Test
    void aTemplateThatWantsTurns() {
        Reply strict =
                json(400, "{\"message\":\"Conversation roles must alternate user/assistant\"}");
        server.on(CHATS, strict, events(chat("stop", "a")));
        Prompt prompt =
                new Prompt.Chat(
                        List.of(Line.of(Role.USER, "x"), Line.of(Role.USER, "y")),
                        Voice.Partner.STRANGER,
                        LocalDate.of(2026, 3, 7),
                        List.of("Fact."),
                        0,
                        true);
        try (UpstreamCompleter completer = new UpstreamCompleter(server.config(), null, null)) {
            completer.complete(new Task("m", prompt, OPTIONS, false, "c"), p -> {}, () -> false);
        }
        assertThat(server.seen(CHATS).get(0).body().path("messages").size()).isEqualTo(3);
        assertThat(server.seen(CHATS).get(1).body().path("messages"))
                .hasToString("[{\"role\":\"user\",\"content\":\"Fact.\\n\\nx\\ny\"}]");
    }

    /// The connection is closed at once, whether or not the answer has begun.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givingUpClosesTheConnection(boolean begun) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        server.on(
                CHATS,
                exchange -> {
                    asked.countDown();
                    try {
                        if (!begun) {
                            waitFor(gone);
                        }
                        OutputStream out = begin(exchange);
                        while (true) {
                            out.write(chunk("a").getBytes(StandardCharsets.UTF_8));
                            out.flush();
                        }
                    } catch (IOException e) {
                        closed.countDown();
                    }
                });
        AtomicBoolean cancelled = new AtomicBoolean();
        GenerateOptions many = new GenerateOptions.Builder(OPTIONS).maxTokens(100_000).build();
        Future<Completion> coming =
                threads.submit(() -> ask(server.config(), many, cancelled::get));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        if (begun) {
            await().until(() -> !pieces.isEmpty());
        }
        cancelled.set(true);
        Completion done = coming.get(5, TimeUnit.SECONDS);
        gone.countDown();
        assertThat(done.finish()).isEqualTo(Completion.Finish.CANCELLED);
        assertThat(done.text()).isEqualTo(String.join("", pieces));
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closingEndsWhatIsWritten() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        server.on(CHATS, exchange -> waitFor(over));
        UpstreamCompleter completer = new UpstreamCompleter(server.config(), null, null);
        Future<Completion> coming =
                threads.submit(() -> completer.complete(task(OPTIONS), p -> {}, () -> false));
        await().until(() -> !server.seen(CHATS).isEmpty());
        assertThat(completer.load().running()).isEqualTo(1);
        completer.close();
        over.countDown();
        assertThat(coming.get().finish()).isEqualTo(Completion.Finish.CANCELLED);
        Refusal after =
                catchThrowableOfType(
                        Refusal.class,
                        () -> completer.complete(task(OPTIONS), p -> {}, () -> false));
        assertThat(after.reason()).isEqualTo(Reason.UNAVAILABLE);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void noMoreAtOnceThanAllowed() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        server.on(
                CHATS,
                exchange -> {
                    waitFor(over);
                    events(chat("stop", "a")).answer(exchange);
                });
        try (UpstreamCompleter completer =
                new UpstreamCompleter(server.config().withQueue(2, 1), null, null)) {
            List<Future<Completion>> coming = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                coming.add(
                        threads.submit(
                                () -> completer.complete(task(OPTIONS), p -> {}, () -> false)));
            }
            await().until(() -> completer.load().waiting() == 1);
            await().until(() -> server.seen(CHATS).size() == 2);
            Refusal refusal =
                    catchThrowableOfType(
                            Refusal.class,
                            () -> completer.complete(task(OPTIONS), p -> {}, () -> false));
            assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
            assertThat(server.seen(CHATS)).hasSize(2);
            over.countDown();
            for (Future<Completion> one : coming) {
                assertThat(one.get().text()).isEqualTo("a");
            }
        }
    }

    @Test
    void theKeyGoesToTheServerAndNoFurther() {
        try (StandIn other = new StandIn()) {
            server.on(CHATS, json(307, "", "Location", other.url() + CHATS));
            UpstreamConfig config = server.config().withKey("sk-made-up");
            Refusal refusal =
                    catchThrowableOfType(Refusal.class, () -> ask(config, OPTIONS, () -> false));
            assertThat(refusal.reason()).isEqualTo(Reason.UPSTREAM);
            assertThat(refusal.toString()).doesNotContain("sk-made-up");
            assertThat(other.seen).isEmpty();
            assertThat(server.seen).isNotEmpty();
            assertThat(server.seen).allMatch(s -> s.authorization().equals("Bearer sk-made-up"));
        }
    }

    @Test
    void severalModelsAreNotGuessedAmong() {
        server.models("one", "two");
        Refusal refusal = refused(events(chat("stop", "a")));
        assertThat(refusal.reason()).isEqualTo(Reason.UNKNOWN_MODEL);
        assertThat(refusal.fix()).contains("one, two");
        server.on(CHATS, events(chat("stop", "a")));
        ask(server.config().withModel("two"), OPTIONS, () -> false);
        assertThat(server.seen(CHATS).getFirst().body().path("model").stringValue())
                .isEqualTo("two");
    }

    @Test
    void nobodyThere() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        for (String url : List.of("http://127.0.0.1:" + port, "http://no-such-host.invalid")) {
            UpstreamConfig config = UpstreamConfig.of(url).withModel("m");
            Refusal refusal =
                    catchThrowableOfType(Refusal.class, () -> ask(config, OPTIONS, () -> false));
            assertThat(refusal.reason()).isEqualTo(Reason.UPSTREAM);
            assertThat(refusal.fix()).contains("--upstream");
        }
    }

    @Test
    void silenceEnds() {
        CountDownLatch over = new CountDownLatch(1);
        server.on(CHATS, exchange -> waitFor(over));
        UpstreamConfig.Limits limits = server.config().limits();
        UpstreamConfig hasty =
                server.config()
                        .withLimits(
                                new UpstreamConfig.Limits(
                                        limits.connect(),
                                        Duration.ofMillis(200),
                                        Duration.ofMillis(200),
                                        limits.probe(),
                                        limits.bytes()));
        Refusal first = catchThrowableOfType(Refusal.class, () -> ask(hasty, OPTIONS, () -> false));
        assertThat(first.what()).contains("does not answer in time");
        assertThat(server.seen(CHATS)).hasSize(1);
        server.on(
                CHATS,
                exchange -> {
                    OutputStream out = begin(exchange);
                    out.write(chunk("a").getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    waitFor(over);
                });
        Refusal between =
                catchThrowableOfType(Refusal.class, () -> ask(hasty, OPTIONS, () -> false));
        assertThat(between.reason()).isEqualTo(Reason.UPSTREAM);
        assertThat(pieces).containsExactly("a");
        over.countDown();
    }

    @Test
    void anAnswerIsBounded() {
        UpstreamConfig.Limits limits = server.config().limits();
        UpstreamConfig small =
                server.config()
                        .withLimits(
                                new UpstreamConfig.Limits(
                                        limits.connect(),
                                        limits.first(),
                                        limits.between(),
                                        limits.probe(),
                                        100_000));
        server.on(
                CHATS,
                exchange -> {
                    OutputStream out = begin(exchange);
                    while (true) {
                        out.write(
                                (": " + "x".repeat(1000) + "\n\n")
                                        .getBytes(StandardCharsets.UTF_8));
                    }
                });
        Refusal refusal =
                catchThrowableOfType(Refusal.class, () -> ask(small, OPTIONS, () -> false));
        assertThat(refusal.reason()).isEqualTo(Reason.UPSTREAM);
    }

    /// A server that neither counts nor stops.
    @Test
    void moreThanWasAskedForIsCutOff() {
        GenerateOptions few =
                new GenerateOptions.Builder(OPTIONS)
                        .maxTokens(2)
                        .stopStrings(List.of("END"))
                        .build();
        server.on(CHATS, events(chat("stop", "a ", "b E", "ND c", "d")));
        assertThat(ask(server.config(), few, () -> false).text()).isEqualTo("a b ");
        server.on(CHATS, events(chat("stop", "x".repeat(200), "x".repeat(200))));
        Completion done = ask(server.config(), few, () -> false);
        assertThat(done.text()).hasSize(200);
        assertThat(done.finish()).isEqualTo(Completion.Finish.LENGTH);
    }
}
