package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.UserError;

/// One call, one attempt, every failure named, the token in none of them.
class TelegramTransportTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private FakeBotApi api;
    private ChatTransport transport;

    @BeforeEach
    void start() throws IOException {
        api = new FakeBotApi();
        transport = TelegramTransport.connect(FakeBotApi.TOKEN, api.url(), false, SHORT, SHORT);
    }

    @AfterEach
    void stop() {
        transport.close();
        api.close();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(FakeBotApi.Fault.flood(7), ChatTransport.Failed.Kind.FLOOD),
                Arguments.of(FakeBotApi.Fault.error(401), ChatTransport.Failed.Kind.TOKEN),
                Arguments.of(FakeBotApi.Fault.error(404), ChatTransport.Failed.Kind.TOKEN),
                Arguments.of(FakeBotApi.Fault.error(409), ChatTransport.Failed.Kind.CONFLICT),
                Arguments.of(FakeBotApi.Fault.error(403), ChatTransport.Failed.Kind.FORBIDDEN),
                Arguments.of(FakeBotApi.Fault.error(400), ChatTransport.Failed.Kind.REFUSED),
                Arguments.of(FakeBotApi.Fault.error(413), ChatTransport.Failed.Kind.REFUSED),
                Arguments.of(FakeBotApi.Fault.moved(-100), ChatTransport.Failed.Kind.MOVED),
                Arguments.of(FakeBotApi.Fault.error(500), ChatTransport.Failed.Kind.SERVER),
                Arguments.of(FakeBotApi.Fault.error(503), ChatTransport.Failed.Kind.SERVER),
                Arguments.of(FakeBotApi.Fault.error(502), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(page(429, ""), ChatTransport.Failed.Kind.FLOOD),
                Arguments.of(page(502, "<html>bad</html>"), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(page(200, "{\"ok\":tru"), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(page(200, "[1]"), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(page(200, ""), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(page(302, ""), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(
                        page(200, "{\"ok\":true,\"result\":{}}"),
                        ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(
                        page(200, " ".repeat(ApiCalls.MAX_BYTES + 1)),
                        ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(new FakeBotApi.Fault.Silence(), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(new FakeBotApi.Fault.Cut(false), ChatTransport.Failed.Kind.NETWORK),
                Arguments.of(new FakeBotApi.Fault.Cut(true), ChatTransport.Failed.Kind.NETWORK));
    }

    private static FakeBotApi.Fault page(int status, String body) {
        return new FakeBotApi.Fault.Page(status, body);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failuresAreNamedAndHoldNoToken(FakeBotApi.Fault fault, ChatTransport.Failed.Kind kind) {
        api.fail("sendMessage", 1, fault);
        AtomicInteger left = new AtomicInteger();
        ChatTransport.Failed failed =
                catchThrowableOfType(
                        ChatTransport.Failed.class,
                        () ->
                                transport.send(
                                        ChatTransport.Outgoing.text(5, "private words"),
                                        left::incrementAndGet));
        assertThat(failed.kind()).isEqualTo(kind);
        assertThat(left).as("told once that it leaves, never tried again").hasValue(1);
        if (fault instanceof FakeBotApi.Fault.Error e && e.code() == 429) {
            assertThat(failed.retryAfter()).isEqualTo(7);
        }
        if (kind == ChatTransport.Failed.Kind.MOVED) {
            assertThat(failed.movedTo()).isEqualTo(-100);
        }
        assertNothingLeaks(failed);
        assertThat(api.sent()).hasSize(fault.equals(new FakeBotApi.Fault.Cut(true)) ? 1 : 0);
    }

    private static void assertNothingLeaks(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString())
                .doesNotContain("canary")
                .doesNotContain("private words")
                .doesNotContain(FakeBotApi.TOKEN.substring(0, 6));
    }

    @Test
    void whereNobodyListensNothingWasSent() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (ChatTransport nowhere =
                TelegramTransport.connect(FakeBotApi.TOKEN, "http://127.0.0.1:" + port, false)) {
            AtomicInteger left = new AtomicInteger();
            ChatTransport.Failed failed =
                    catchThrowableOfType(
                            ChatTransport.Failed.class,
                            () ->
                                    nowhere.send(
                                            ChatTransport.Outgoing.text(5, "private words"),
                                            left::incrementAndGet));
            assertThat(failed.kind()).isEqualTo(ChatTransport.Failed.Kind.UNREACHABLE);
            assertThat(left).hasValue(0);
            assertNothingLeaks(failed);
        }
    }

    @Test
    void whoSaysNoBeforeItLeavesKeepsItFromLeaving() {
        assertThatThrownBy(() ->
                        transport.send(
                                ChatTransport.Outgoing.text(5, "a"),
                                () -> {
                                    throw new IllegalStateException("no");
                                }))
                .isInstanceOf(IllegalStateException.class);
        transport.send(ChatTransport.Outgoing.text(5, "b"), () -> {});
        assertThat(api.sent()).extracting(FakeBotApi.Sent::text).containsExactly("b");
    }

    @Test
    void sendsPlainTextWithoutPreviewOnSomebodysBehalf() {
        transport.send(
                new ChatTransport.Outgoing(
                        5,
                        "<b>*a*</b> https://example.org \uD83D\uDE00",
                        77L,
                        "conn",
                        List.of(List.of(new ChatTransport.Button("Send", "send:1")))),
                () -> {});
        FakeBotApi.Sent sent = api.sent().getFirst();
        assertThat(sent.text()).isEqualTo("<b>*a*</b> https://example.org \uD83D\uDE00");
        assertThat(sent.parameters())
                .containsEntry("business_connection_id", "conn")
                .doesNotContainKey("parse_mode");
        assertThat(sent.parameters().get("link_preview_options")).contains("\"is_disabled\":true");
        assertThat(sent.parameters().get("reply_parameters")).contains("77");
        assertThat(sent.parameters().get("reply_markup")).contains("send:1");
    }

    @Test
    void draftsCanBeStoppedAndCallsThatAServerDoesNotKnowAreNoWrongToken() {
        transport.draft(5, 1L << 40, "half an ans");
        assertThat(api.calls("sendMessageDraft").getFirst().parameters())
                .containsEntry("draft_id", "1099511627776")
                .containsEntry("can_stop", "true");
        api.fail("sendMessageDraft", 1, FakeBotApi.Fault.error(404));
        ChatTransport.Failed failed =
                catchThrowableOfType(
                        ChatTransport.Failed.class, () -> transport.draft(5, 1, "half"));
        assertThat(failed.kind()).isEqualTo(ChatTransport.Failed.Kind.REFUSED);
    }

    @Test
    void theOtherCallsArrive() {
        transport.typing(5, "conn");
        transport.edit(5, 9, "new", List.of());
        transport.answerButton("press", "seen");
        transport.react(5, 9, "\uD83D\uDC4D");
        transport.offerCommands(List.of(new ChatTransport.CommandEntry("stop", "Stop")), "de");
        assertThat(api.calls("sendChatAction").getFirst().parameters())
                .containsEntry("action", "typing")
                .containsEntry("business_connection_id", "conn");
        assertThat(api.calls("editMessageText").getFirst().parameters())
                .containsEntry("text", "new")
                .containsEntry("message_id", "9");
        assertThat(api.calls("answerCallbackQuery").getFirst().parameters())
                .containsEntry("text", "seen");
        assertThat(api.calls("setMessageReaction")).hasSize(1);
        assertThat(api.calls("setMyCommands").getFirst().parameters().get("commands"))
                .contains("\"command\":\"stop\"");
    }

    @Test
    void whatDoesNotMatterIsNoError() {
        api.fail(
                "editMessageText",
                1,
                new FakeBotApi.Fault.Error(400, "Bad Request: message is not modified: x", "{}"));
        api.fail(
                "answerCallbackQuery",
                1,
                new FakeBotApi.Fault.Error(400, "Bad Request: query is too old and so on", "{}"));
        transport.edit(5, 9, "same", List.of());
        transport.answerButton("press", "");
    }

    @Test
    void asksForEveryKindThatIsReadAndConfirmsByOffset() {
        long first = api.say(5, "one");
        ObjectNode odd = api.message(5, "x");
        odd.put("text", 7);
        api.push("message", odd);
        List<Update> updates = transport.updates(0, Duration.ofSeconds(1));
        assertThat(updates).extracting(Update::id).containsExactly(first, first + 1);
        assertThat(updates.getLast()).isEqualTo(new Update.Other(first + 1, "message"));
        assertThat(transport.updates(0, Duration.ofSeconds(1))).hasSize(2);
        assertThat(transport.updates(first + 2, Duration.ofSeconds(0))).isEmpty();
        String kinds = api.calls("getUpdates").getFirst().parameters().get("allowed_updates");
        assertThat(UpdateReader.KINDS)
                .contains("business_message", "callback_query", "stopped_message_generation")
                .allSatisfy(kind -> assertThat(kinds).contains('"' + kind + '"'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "token", "123456", "123456:", "123456:a b", "123456:a/../b", "x:abc"})
    void tokensThatCannotBeOneAreRefusedWithoutBeingShown(String token) {
        UserError error =
                catchThrowableOfType(
                        UserError.class,
                        () -> TelegramTransport.connect(token, TelegramTransport.API_URL, false));
        if (token.length() > 6) {
            assertThat(error.getMessage() + error.fix()).doesNotContain(token);
        }
        assertThat(error.what().toLowerCase(Locale.ROOT)).contains("token");
    }

    @Test
    void aTokenGoesInTheClearOnlyWhereThatIsMeant() {
        assertThatThrownBy(() ->
                        TelegramTransport.connect(
                                FakeBotApi.TOKEN, "http://192.168.1.7:8081", false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("in the clear");
        TelegramTransport.connect(FakeBotApi.TOKEN, "http://192.168.1.7:8081", true).close();
        TelegramTransport.connect(FakeBotApi.TOKEN, "https://192.168.1.7/api/", false).close();
        for (String bad :
                List.of("ftp://x", "api.telegram.org", "https://u:p@x/", "https://x?a=b")) {
            assertThatThrownBy(() -> TelegramTransport.connect(FakeBotApi.TOKEN, bad, false))
                    .isInstanceOf(UserError.class);
        }
    }
}
