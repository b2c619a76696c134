package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.generate.TokenScore;
import understudy.reply.Completer.Task;
import understudy.text.Line;

/// Against what two real servers answered: llama-server and transformers serve. Their manifests say
/// which versions, when, and what they were asked.
class UpstreamRecordedTest {
    private static final String LLAMA = "llama-server";
    private static final String TRANSFORMERS = "transformers-serve";
    private static final String TEA = "Tea at four.";
    private static final GenerateOptions GREEDY =
            new GenerateOptions.Builder().temperature(0).maxTokens(12).seed(7).build();

    private final StandIn server = new StandIn();
    private final List<Completion.Piece> pieces = new ArrayList<>();

    @AfterEach
    void stop() {
        server.close();
    }

    private UpstreamCompleter completer(String recorded, String chat, String completions) {
        server.on("/v1/models", StandIn.recorded(recorded, "models"));
        for (String path : List.of("version", "props", "info")) {
            server.on("/" + path, StandIn.recorded(recorded, path));
        }
        server.on("/api/version", StandIn.recorded(recorded, "api-version"));
        server.on("/v1/chat/completions", StandIn.recorded(recorded, chat));
        server.on("/v1/completions", StandIn.recorded(recorded, completions));
        return new UpstreamCompleter(server.config(), new Voice("Ada", ""), null);
    }

    private static Prompt chat() {
        return new Prompt.Chat(
                List.of(Line.of(Role.USER, "Tea at four?")),
                Voice.Partner.STRANGER,
                LocalDate.of(2026, 3, 7),
                List.of("Ada writes to her friend Bo."),
                0,
                true);
    }

    private Completion ask(UpstreamCompleter completer, Prompt prompt, GenerateOptions options) {
        try (completer) {
            return completer.complete(
                    new Task("", prompt, options, false, "c"), pieces::add, () -> false);
        }
    }

    private String said() {
        StringBuilder all = new StringBuilder();
        pieces.forEach(p -> all.append(p.text()));
        return all.toString();
    }

    @ParameterizedTest
    @CsvSource({
        LLAMA + ",chat-stream",
        LLAMA + ",chat",
        LLAMA + ",extensions",
        TRANSFORMERS + ",chat-stream",
        TRANSFORMERS + ",chat"
    })
    void chats(String recorded, String name) {
        Completion done = ask(completer(recorded, name, "no-such-path"), chat(), GREEDY);
        assertThat(done.text()).isNotEmpty().isEqualTo(said());
        assertThat(done.promptTokens()).isEqualTo(27);
        if (!name.equals("extensions")) {
            assertThat(done.text()).isEqualTo(TEA);
            assertThat(done.tokens()).isEqualTo(6);
            assertThat(done.finish()).isEqualTo(Completion.Finish.STOP);
        }
        assertThat(server.seen("/v1/completions")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        LLAMA + ",completions-stream",
        LLAMA + ",completions",
        TRANSFORMERS + ",completions-stream",
        TRANSFORMERS + ",completions"
    })
    void prompts(String recorded, String name) {
        UpstreamCompleter completer = completer(recorded, "no-such-path", name);
        Completion done = ask(completer, new Prompt.Raw("Tea at four?"), GREEDY);
        assertThat(done.text()).isEqualTo(TEA).isEqualTo(said());
        assertThat(done.tokens()).isEqualTo(6);
        assertThat(server.seen("/v1/chat/completions")).isEmpty();
    }

    @Test
    void scoresOfChats() {
        Completion done = ask(completer(LLAMA, "chat-logprobs", "chat"), chat(), GREEDY);
        check(done.scores(), done.text());
    }

    @Test
    void scoresOfPrompts() {
        UpstreamCompleter completer = completer(LLAMA, "chat", "completions-logprobs");
        Completion done = ask(completer, new Prompt.Raw("x"), GREEDY);
        check(done.scores(), done.text());
        assertThat(done.scores().getFirst().id()).isEqualTo(6732);
    }

    private static void check(List<TokenScore> scores, String text) {
        assertThat(scores).hasSizeBetween(5, 6);
        StringBuilder all = new StringBuilder();
        for (TokenScore score : scores) {
            assertThat(score.logprob()).isBetween(-20.0, 0.0);
            assertThat(score.top()).hasSize(2);
            assertThat(score.top().getFirst().text()).isEqualTo(score.text());
            all.append(new String(score.bytes(), StandardCharsets.UTF_8));
        }
        assertThat(all.toString()).startsWith(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {LLAMA, TRANSFORMERS})
    void charactersStayWhole(String recorded) {
        GenerateOptions longer = new GenerateOptions.Builder(GREEDY).maxTokens(40).build();
        Completion done = ask(completer(recorded, "chat-emoji", "chat"), chat(), longer);
        assertThat(done.text()).isEqualTo(said()).doesNotContain("\uFFFD");
        assertThat(done.text().codePoints().anyMatch(c -> c > 0x7F)).isTrue();
        assertThat(done.tokens()).isLessThanOrEqualTo(40).isGreaterThan(5);
    }

    /// transformers serve leaves the stop text in its answer; it is cut off here.
    @ParameterizedTest
    @ValueSource(strings = {LLAMA, TRANSFORMERS})
    void stopTextsEndTheAnswer(String recorded) {
        UpstreamCompleter completer = completer(recorded, "chat", "completions-stop");
        GenerateOptions stop =
                new GenerateOptions.Builder(GREEDY).stopStrings(List.of(".", "!")).build();
        Completion done = ask(completer, new Prompt.Raw("x"), stop);
        assertThat(done.text()).isEqualTo("Tea at four");
        assertThat(done.finish()).isEqualTo(Completion.Finish.STOP);
    }

    @Test
    void theEarliestStopTextOfAll() {
        GenerateOptions at =
                new GenerateOptions.Builder(GREEDY).stopStrings(List.of(" at")).build();
        Completion done = ask(completer(LLAMA, "chat-stream", "chat"), chat(), at);
        assertThat(done.text()).isEqualTo("Tea");
    }

    @ParameterizedTest
    @CsvSource({
        LLAMA + ",too-long,TOO_LONG",
        LLAMA + ",wrong-key,UPSTREAM",
        LLAMA + ",wrong-type,INVALID",
        LLAMA + ",no-such-path,UPSTREAM",
        TRANSFORMERS + ",unknown-model,UNKNOWN_MODEL",
        TRANSFORMERS + ",wrong-type,UPSTREAM",
        TRANSFORMERS + ",no-such-path,UPSTREAM",
    })
    void refusals(String recorded, String name, Refusal.Reason reason) {
        UpstreamConfig config = server.config().withModel("no-such");
        completer(recorded, name, name).close();
        Refusal refusal =
                catchThrowableOfType(
                        Refusal.class,
                        () -> ask(new UpstreamCompleter(config, null, null), chat(), GREEDY));
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.fix()).isNotBlank();
        assertThat(refusal.getMessage()).doesNotContain("tea", "Tea", "json.exception");
        assertThat(pieces).isEmpty();
    }

    /// The fields that transformers serve refuses are left out the second time, and from then on.
    @Test
    void refusedFieldsAreLeftOut() {
        UpstreamCompleter completer = completer(TRANSFORMERS, "chat-stream", "chat");
        server.on(
                "/v1/chat/completions",
                StandIn.recorded(TRANSFORMERS, "extensions"),
                StandIn.recorded(TRANSFORMERS, "chat-stream"));
        GenerateOptions options =
                new GenerateOptions.Builder(GREEDY).topK(20).repetitionPenalty(1.1).build();
        Task task = new Task("", chat(), options, false, "c");
        try (completer) {
            for (int i = 0; i < 2; i++) {
                Completion done = completer.complete(task, p -> {}, () -> false);
                assertThat(done.text()).isEqualTo(TEA);
            }
        }
        List<StandIn.Seen> seen = server.seen("/v1/chat/completions");
        assertThat(seen).hasSize(3);
        assertThat(seen.get(0).body().has("top_k")).isTrue();
        assertThat(seen.get(0).body().has("repetition_penalty")).isTrue();
        for (StandIn.Seen later : seen.subList(1, 3)) {
            assertThat(later.body().has("top_k")).isFalse();
            assertThat(later.body().has("repetition_penalty")).isFalse();
            assertThat(later.body().path("seed").intValue()).isEqualTo(7);
        }
    }

    @Test
    void idsThatAServerRefuses() {
        UpstreamCompleter completer = completer(TRANSFORMERS, "chat", "completions-ids");
        Refusal refusal =
                catchThrowableOfType(
                        Refusal.class,
                        () -> ask(completer, new Prompt.Ids(List.of(1, 2, 3)), GREEDY));
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.INVALID);
        assertThat(refusal.what()).contains("token ids");
    }

    @Test
    void idsThatAServerTakes() {
        UpstreamCompleter completer = completer(LLAMA, "chat", "completions-ids");
        assertThat(ask(completer, new Prompt.Ids(List.of(1, 2, 3)), GREEDY).text()).isNotEmpty();
        assertThat(server.seen("/v1/completions").getFirst().body().path("prompt").size())
                .isEqualTo(3);
    }

    @Test
    void whatTheServersSayOfThemselves() {
        try (UpstreamCompleter llama = completer(LLAMA, "chat", "chat")) {
            Completer.ModelInfo model = llama.models().getFirst();
            assertThat(model.id()).isEqualTo("smollm2");
            assertThat(model.context()).isEqualTo(1024);
            assertThat(model.kind()).isEqualTo(Completer.Kind.UPSTREAM);
        }
        try (UpstreamCompleter transformers = completer(TRANSFORMERS, "chat", "chat")) {
            assertThat(transformers.models().getFirst().id()).isEqualTo("MODEL");
        }
    }

    /// llama-server is told all of its own fields: its defaults leave tokens out.
    @Test
    void llamaServersOwnFields() {
        ask(completer(LLAMA, "chat-stream", "chat"), chat(), GREEDY);
        StandIn.Seen seen = server.seen("/v1/chat/completions").getFirst();
        assertThat(seen.body().path("repeat_penalty").doubleValue()).isEqualTo(1.05);
        assertThat(seen.body().path("top_k").intValue()).isZero();
        assertThat(seen.body().path("min_p").doubleValue()).isZero();
        assertThat(seen.body().has("repetition_penalty")).isFalse();
        assertThat(seen.body().path("stream_options").path("include_usage").booleanValue())
                .isTrue();
    }

    /// Every recording, whatever it is, ends in a text or a refusal.
    @ParameterizedTest
    @ValueSource(strings = {LLAMA, TRANSFORMERS})
    void nothingElseHappens(String recorded) {
        List<String> all = StandIn.recordings(recorded);
        assertThat(all).hasSizeGreaterThan(20);
        for (String name : all) {
            UpstreamCompleter completer = completer(recorded, name, name);
            try {
                assertThat(ask(completer, chat(), GREEDY)).isNotNull();
            } catch (Refusal refusal) {
                assertThat(refusal.what()).isNotBlank();
            }
        }
    }
}
