package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import understudy.generate.GenerateOptions;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.reply.Refusal;

class MetricsTest {
    private static final String JSON = "Content-Type: application/json";

    @Test
    void speaksPrometheus() throws IOException {
        try (Guarded server = new Guarded()) {
            int port = server.port();
            RawHttp.send(port, RawHttp.post(port, "/generate", Guarded.generate("hi", 3), JSON));
            RawHttp.send(port, RawHttp.get(port, "/somebody-wrote-this"));
            RawHttp.send(port, RawHttp.request("GET", "/health", "evil.com", ""));
            // counted when the answer has gone, which its reader can see before
            await().until(() -> server.metrics.text().contains("\"denied\""));
            RawHttp.Answer answer = RawHttp.send(port, RawHttp.get(port, "/metrics"));
            assertThat(answer.header("Content-Type"))
                    .hasValueSatisfying(v -> assertThat(v).startsWith("text/plain; version=0.0.4"));
            assertThat(answer.body().lines().map(String::strip).filter(l -> !l.isEmpty()))
                    .allMatch(line ->
                            line.startsWith("# ")
                                    || line.matches("[a-z_]+(\\{.*\\})? \\S+")
                                    || line.matches("[0-9a-f]+"));
            assertThat(answer.body())
                    .contains(
                            "\nunderstudy_requests_running 0.0",
                            "\nunderstudy_requests_waiting 0.0",
                            "\nunderstudy_models_loaded 1.0",
                            "\nunderstudy_kv_cache_tokens 0.0",
                            "\nunderstudy_prompt_tokens_total 5.0",
                            "\nunderstudy_generation_tokens_total 3.0",
                            "\nunderstudy_time_to_first_token_seconds_count 1",
                            "\nunderstudy_time_to_first_token_seconds_bucket{le=\"0.5\"} 1",
                            "\nunderstudy_inter_token_latency_seconds_count 2",
                            "understudy_request_success_total{finish_reason=\"length\"} 1.0",
                            "understudy_request_duration_seconds_count{route=\"/generate\","
                                    + "status=\"200\"} 1",
                            "understudy_request_duration_seconds_count{route=\"unknown\","
                                    + "status=\"404\"} 1",
                            "understudy_request_duration_seconds_count{route=\"denied\","
                                    + "status=\"403\"} 1",
                            "\nunderstudy_cpu_seconds_total ",
                            "\nunderstudy_energy_kwh_total ",
                            "\nunderstudy_cost_total ",
                            "\nprocess_cpu_seconds_total ",
                            "\nprocess_resident_memory_bytes ",
                            "\njvm_memory_used_bytes{")
                    .doesNotContain("somebody", "evil");
        }
    }

    @Test
    void withoutAPriceNoCostIsShown() {
        assertThat(new Metrics(new Cost(15, 0)).text())
                .contains("understudy_energy_kwh_total")
                .doesNotContain("understudy_cost");
    }

    /// Throws what it is given.
    private record Failing(RuntimeException thrown) implements Completer {
        @Override
        public List<ModelInfo> models() {
            return List.of();
        }

        @Override
        public Completion complete(
                Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
            throw thrown;
        }

        @Override
        public int count(String model, String text) {
            return 0;
        }

        @Override
        public Load load() {
            return new Load(3, 4, 2, 99);
        }

        @Override
        public void close() {}
    }

    @Test
    void countsWhatIsNotWritten() {
        Metrics metrics = new Metrics(new Cost(15, 0));
        Completer.Task task =
                new Completer.Task(
                        "",
                        new Prompt.Raw("hi"),
                        new GenerateOptions.Builder().build(),
                        false,
                        "someone");
        Refusal busy = new Refusal(Refusal.Reason.BUSY, "x", null, "y");
        assertThatThrownBy(() ->
                        new MeteredCompleter(new Failing(busy), metrics)
                                .complete(task, piece -> {}, () -> false))
                .isSameAs(busy);
        assertThat(metrics.text())
                .contains(
                        "understudy_request_failures_total{reason=\"busy\"} 1.0",
                        "understudy_requests_running 3.0",
                        "understudy_requests_waiting 4.0",
                        "understudy_models_loaded 2.0",
                        "understudy_kv_cache_tokens 99.0");
    }
}
