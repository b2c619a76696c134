package understudy.serve.guard;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Refusal;

/// Counts what the server does, as Prometheus reads it; the names follow vLLM's.
///
/// Labels are routes, statuses and reasons, of which there are few; nothing that a caller wrote
/// becomes one.
public final class Metrics {
    /// What `/metrics` is sent as.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] SECONDS = {
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(300)
    };

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final double cpuBefore = cpuNow();
    private final Cost cost;
    private final Timer firstToken =
            timer("understudy.time.to.first.token", "Until the first text of an answer.");
    private final Timer betweenTokens =
            timer("understudy.inter.token.latency", "Between one part of a text and the next.");
    private final Counter promptTokens =
            Counter.builder("understudy.prompt.tokens")
                    .description("Tokens read.")
                    .register(registry);
    private final Counter tokens =
            Counter.builder("understudy.generation.tokens")
                    .description("Tokens written.")
                    .register(registry);

    public Metrics(Cost cost) {
        this.cost = cost;
        new JvmMemoryMetrics().bindTo(registry);
        counter("process.cpu", "seconds", "Processor time of the process.", m -> m.cpuNow());
        counter("understudy.cpu", "seconds", "Processor time since the start.", m -> m.cpu());
        counter(
                "understudy.energy.kwh",
                "",
                "Estimated from the processor time and the watts of a core.",
                m -> m.cost.energy(m.cpu()));
        if (cost.price() > 0) {
            counter(
                    "understudy.cost",
                    "",
                    "The estimated energy at the price that was given.",
                    m -> m.cost.money(m.cpu()));
        }
        Gauge.builder("process.resident.memory", this, m -> residentBytes())
                .baseUnit("bytes")
                .description("Memory of the process that is in use; NaN where it is not known.")
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(SECONDS)
                .register(registry);
    }

    private void counter(
            String name, String unit, String description, ToDoubleFunction<Metrics> value) {
        FunctionCounter.builder(name, this, value)
                .baseUnit(unit.isEmpty() ? null : unit)
                .description(description)
                .register(registry);
    }

    /// Shows how busy `completer` is.
    void watch(Completer completer) {
        gauge("understudy.requests.running", "Texts being written.", completer, l -> l.running());
        gauge("understudy.requests.waiting", "Texts that wait.", completer, l -> l.waiting());
        gauge("understudy.models.loaded", "Models in memory.", completer, l -> l.loaded());
        gauge("understudy.kv.cache.tokens", "Tokens in caches.", completer, l -> l.cached());
    }

    private void gauge(
            String name,
            String description,
            Completer completer,
            ToDoubleFunction<Completer.Load> value) {
        Gauge.builder(name, completer, c -> value.applyAsDouble(c.load()))
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    void firstToken(long nanos) {
        firstToken.record(Duration.ofNanos(nanos));
    }

    void betweenTokens(long nanos) {
        betweenTokens.record(Duration.ofNanos(nanos));
    }

    void completed(Completion done) {
        promptTokens.increment(done.promptTokens());
        tokens.increment(done.tokens());
        String reason = done.finish().name().toLowerCase(Locale.ROOT);
        registry.counter("understudy.request.success", "finish_reason", reason).increment();
    }

    void refused(Refusal.Reason reason) {
        failed(reason.name().toLowerCase(Locale.ROOT));
    }

    void failed(String reason) {
        registry.counter("understudy.request.failures", "reason", reason).increment();
    }

    /// @param route as registered, not as asked for
    void answered(String route, int status, long nanos) {
        Timer.builder("understudy.request.duration")
                .description("From a request's headers to the end of its answer.")
                .serviceLevelObjectives(SECONDS)
                .tags("route", route, "status", Integer.toString(status))
                .register(registry)
                .record(Duration.ofNanos(nanos));
    }

    /// Everything, in Prometheus' text format.
    public String text() {
        return registry.scrape();
    }

    /// What it all took, in a line for people.
    public String summary() {
        return cost.summary(cpu(), (long) (promptTokens.count() + tokens.count()));
    }

    private double cpuNow() {
        return system.getProcessCpuTime() / 1e9;
    }

    private double cpu() {
        return cpuNow() - cpuBefore;
    }

    private static double residentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN; // not Linux
        }
    }
}
