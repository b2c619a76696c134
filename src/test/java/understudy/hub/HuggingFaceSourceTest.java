package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.weights.Safetensors;

class HuggingFaceSourceTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir Path folder;
    private FakeHub server;
    private HubSettings settings;
    private final Said progress = new Said();

    @BeforeEach
    void start() throws Exception {
        server = new FakeHub();
        settings = server.settings(folder.resolve("cache"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Hub hub(HubSettings with) {
        return new Hub(new Workspace(folder.resolve("home")), with);
    }

    private LocalModel fetch() {
        return hub(settings).fetch(FakeHub.MODEL, progress);
    }

    private Path cached(String rest) {
        return folder.resolve("cache").resolve("models--acme--tiny").resolve(rest);
    }

    private void assertWhole(LocalModel model) throws Exception {
        for (String file : List.of("config.json", "tokenizer.json", WEIGHTS)) {
            assertThat(model.path().resolve(file)).hasBinaryContent(server.files.get(file));
        }
        try (Stream<Path> blobs = Files.list(cached("blobs"))) {
            assertThat(blobs).noneMatch(blob -> blob.toString().endsWith(".incomplete"));
        }
    }

    private long requests(String name) {
        return server.seen.stream().filter(s -> s.path().endsWith(name)).count();
    }

    private static UserError userError(ThrowingCallable call) {
        List<UserError> caught = new ArrayList<>();
        assertThatThrownBy(call).isInstanceOfSatisfying(UserError.class, caught::add);
        return caught.getFirst();
    }

    @Test
    void fillsTheSharedCacheLayout() throws Exception {
        LocalModel model = fetch();
        assertWhole(model);
        assertThat(model.path()).isEqualTo(cached("snapshots/" + FakeHub.COMMIT));
        assertThat(model.revision()).isEqualTo(FakeHub.COMMIT);
        assertThat(model.published()).isEqualTo("acme/tiny");
        assertThat(cached("refs/main")).hasContent(FakeHub.COMMIT);
        String hash = FakeHub.hex("SHA-256", server.files.get(WEIGHTS));
        Path link = model.path().resolve(WEIGHTS);
        if (Files.isSymbolicLink(link)) {
            assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("../../blobs/" + hash));
        }
        assertThat(cached("blobs/" + FakeHub.gitHash(server.files.get("config.json")))).exists();
        assertThat(requests("README.md")).isZero();
    }

    @Test
    void whatIsHereNeedsNoNetwork() throws Exception {
        fetch();
        server.seen.clear();
        HubSettings offline = FakeHub.with(settings, null, true, settings.stall());
        assertWhole(hub(offline).resolve(FakeHub.MODEL));
        assertWhole(hub(offline).fetch(FakeHub.MODEL, progress));
        assertWhole(hub(offline).resolve(FakeHub.MODEL + "@" + FakeHub.COMMIT));
        assertThat(server.seen).isEmpty();
    }

    @Test
    void offlineRefuses() {
        HubSettings offline = FakeHub.with(settings, null, true, settings.stall());
        UserError error = userError(() -> hub(offline).fetch(FakeHub.MODEL, progress));
        assertThat(error.what()).contains("HF_HUB_OFFLINE");
        assertThat(error.exitCode()).isEqualTo(ExitCode.USER);
        error = userError(() -> hub(offline).resolve(FakeHub.MODEL));
        assertThat(error.fix()).isEqualTo("understudy model get acme/tiny");
        assertThat(server.seen).isEmpty();
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws Exception {
        server.fault(WEIGHTS, FakeHub.cut(20_000));
        assertWhole(fetch());
        assertThat(server.seen.stream().filter(s -> s.server().equals("delivery")))
                .extracting(FakeHub.Seen::range)
                .containsExactly("null", "bytes=20000-");
        assertThat(progress.lines).anyMatch(line -> line.contains("trying again"));
    }

    @Test
    void twentyBreaksAtSeededPlacesEndInTheRightFile() throws Exception {
        long seed = 20261124;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 20; i++) {
            server.fault(WEIGHTS, FakeHub.cut(random.nextInt(1, 2_400)));
        }
        assertWhole(fetch());
        assertThat(requests(WEIGHTS)).as("seed %d", seed).isEqualTo(2 * 21);
    }

    @Test
    void aLaterRunGoesOnToo() throws Exception {
        for (int i = 0; i < settings.attempts(); i++) {
            server.fault(WEIGHTS, FakeHub.cut(i == 0 ? 30_000 : 0));
        }
        server.fault(WEIGHTS, FakeHub.cut(0));
        UserError error = userError(this::fetch);
        assertThat(error.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE);
        assertThat(error.fix()).contains("goes on where it stopped");
        assertThat(hub(settings).find(FakeHub.MODEL)).isEmpty();
        server.seen.clear();
        assertWhole(fetch());
        assertThat(server.seen).anyMatch(s -> s.range().equals("bytes=30000-"));
    }

    @Test
    void aKilledProgramLeavesABeginning() throws Exception {
        for (int kill = 0; kill < Integer.getInteger("understudy.kills", 3); kill++) {
            server.fault(WEIGHTS, server.stall(4_000));
            Process child = child();
            server.silent.acquire();
            child.destroyForcibly().waitFor();
            assertThat(hub(settings).find(FakeHub.MODEL)).isEmpty();
        }
        assertWhole(fetch());
    }

    private Process child() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fetch.class.getName(),
                        folder.resolve("home").toString());
        builder.environment().put("HF_ENDPOINT", settings.endpoint().toString());
        builder.environment().put("HF_HUB_CACHE", settings.cache().toString());
        builder.environment().keySet().removeAll(List.of("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"));
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// Fetches the model as the environment says.
    static final class Fetch {
        public static void main(String[] arguments) {
            Workspace workspace = new Workspace(Path.of(arguments[0]));
            new Hub(workspace, HubSettings.standard()).fetch(FakeHub.MODEL, Progress.NONE);
        }
    }

    @Test
    void aBrokenBeginningIsThrownAway() throws Exception {
        String hash = FakeHub.hex("SHA-256", server.files.get(WEIGHTS));
        Files.createDirectories(cached("blobs"));
        Files.write(cached("blobs/" + hash + ".incomplete"), new byte[1000]);
        assertWhole(fetch());
        Path other = cached("blobs/" + hash);
        Files.delete(other);
        Files.write(cached("blobs/" + hash + ".incomplete"), new byte[1_000_000]);
        assertWhole(fetch());
    }

    @Test
    void aServerWithoutRangesSendsAllAgain() throws Exception {
        server.ranges = false;
        server.fault(WEIGHTS, FakeHub.cut(20_000));
        assertWhole(fetch());
    }

    @Test
    void aWrongHashIsQuarantined() {
        String wrong = "f".repeat(64);
        server.announce(WEIGHTS, wrong);
        UserError error = userError(this::fetch);
        assertThat(error.what()).contains("not what the hub announced");
        assertThat(error.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE);
        assertThat(cached("blobs/" + wrong)).doesNotExist();
        assertThat(cached("blobs/" + wrong + ".damaged")).exists();
        assertThat(hub(settings).find(FakeHub.MODEL)).isEmpty();
    }

    @Test
    void aWrongSmallFileToo() {
        server.announce("config.json", "e".repeat(40));
        assertThat(userError(this::fetch).where()).contains("config.json");
    }

    @Test
    void aRedirectIntoAPrivateNetworkIsRefused() {
        for (String target :
                List.of(
                        "http://10.0.0.1/x",
                        "http://169.254.169.254/latest",
                        "http://[::ffff:192.168.1.1]/x",
                        "https://example.org/x",
                        "file:///etc/passwd",
                        "http://user@localhost/x")) {
            server.fault(WEIGHTS, FakeHub.redirect(target));
            assertThat(userError(this::fetch).what()).as(target).contains("not followed");
        }
    }

    @Test
    void redirectsInCirclesEnd() {
        for (int i = 0; i < 10; i++) {
            server.fault("config.json", FakeHub.redirect("config.json"));
        }
        assertThat(userError(this::fetch).what()).contains("circles");
        assertThat(requests("config.json")).isLessThan(10);
    }

    @Test
    void theTokenGoesToTheHubAlone() throws Exception {
        settings = FakeHub.with(settings, "hf_secret", false, settings.stall());
        assertWhole(fetch());
        assertThat(server.seen)
                .allMatch(s ->
                        s.authorization()
                                .equals(s.server().equals("hub") ? "Bearer hf_secret" : "null"));
        assertThat(server.seen).anyMatch(s -> s.server().equals("delivery"));
        assertThat(settings.toString()).doesNotContain("hf_secret");
    }

    @ParameterizedTest
    @CsvSource({
        "401, 2, wants to know who asks, HF_TOKEN",
        "403, 2, does not let you, licence",
        "404, 2, no such model, model list",
        "429, 3, too many requests, wait",
        "500, 3, error 500, wait",
        "503, 3, error 503, wait",
        "418, 3, error 418, HF_ENDPOINT"
    })
    void refusalsSayWhatToDo(int status, int exitCode, String what, String fix) {
        for (int i = 0; i < 10; i++) {
            server.fault("api", FakeHub.busy(status, "0"));
        }
        UserError error = userError(this::fetch);
        assertThat(error.what()).contains(what);
        assertThat(error.fix()).contains(fix);
        assertThat(error.where()).contains("acme/tiny");
        assertThat(error.exitCode()).isEqualTo(exitCode);
        boolean repeated = status == 429 || status >= 500;
        assertThat(server.seen).hasSize(repeated ? settings.attempts() : 1);
    }

    @Test
    void aRejectedTokenIsSaidSo() {
        settings = FakeHub.with(settings, "hf_old", false, settings.stall());
        server.fault("api", FakeHub.status(401));
        assertThat(userError(this::fetch).what()).contains("does not accept the token");
    }

    @Test
    void aBusyHubIsAskedAgain() throws Exception {
        server.fault("api", FakeHub.busy(429, "0"));
        server.fault("tokenizer.json", FakeHub.status(502));
        server.fault(WEIGHTS, FakeHub.status(503));
        assertWhole(fetch());
    }

    @Test
    void anHourIsNotWaited() {
        server.fault("api", FakeHub.busy(429, "3600"));
        assertThat(userError(this::fetch).what()).contains("429");
        assertThat(server.seen).hasSize(1);
    }

    @Test
    void silenceIsCutOffAndRepeated() throws Exception {
        settings = FakeHub.with(settings, null, false, Duration.ofMillis(400));
        server.fault(WEIGHTS, server.stall(10_000));
        assertWhole(fetch());
        assertThat(server.seen).anyMatch(s -> s.range().equals("bytes=10000-"));
    }

    @Test
    void pickledWeightsAreRefused() {
        byte[] weights = server.files.remove(WEIGHTS);
        server.files.put("pytorch_model.bin", weights);
        UserError error = userError(this::fetch);
        assertThat(error.what()).contains("pickled");
        assertThat(requests(".bin")).isZero();
    }

    @Test
    void picklesBesideSafeWeightsStayWhereTheyAre() throws Exception {
        server.files.put("pytorch_model.bin", new byte[9]);
        server.files.put("../evil.safetensors", new byte[9]);
        server.files.put("consolidated.safetensors", new byte[9]);
        assertWhole(fetch());
        assertThat(server.seen).hasSize(1 + 2 + 2); // the list, two texts, the weights twice
    }

    @Test
    void shardsComeWithTheirIndex() throws Exception {
        server.files.remove(WEIGHTS);
        String first = "model-00001-of-00002.safetensors";
        String second = "model-00002-of-00002.safetensors";
        server.files.put(first, FakeHub.weights("a", 100));
        server.files.put(second, FakeHub.weights("b", 200));
        server.files.put(
                "model.safetensors.index.json",
                ("{\"weight_map\":{\"a\":\"" + first + "\",\"b\":\"" + second + "\"}}")
                        .getBytes(StandardCharsets.UTF_8));
        LocalModel model = fetch();
        try (Safetensors weights = Safetensors.open(model.path())) {
            assertThat(weights.tensors()).containsOnlyKeys("a", "b");
        }
        Files.delete(model.path().resolve(second));
        assertThat(hub(settings).find(FakeHub.MODEL)).as("half a model is none").isEmpty();
    }

    @Test
    void damagedWeightsWithTheRightHashAreNoSuccess() {
        server.files.put(WEIGHTS, new byte[100]);
        assertThat(userError(this::fetch).what()).contains("damaged safetensors file");
    }

    @Test
    void whatIsNoAnswerOfAHubIsSaidSo() {
        server.fault(
                "api",
                (exchange, content) -> {
                    exchange.sendResponseHeaders(200, 5);
                    exchange.getResponseBody().write("<html".getBytes(StandardCharsets.UTF_8));
                });
        assertThat(userError(this::fetch).what()).contains("is not JSON");
    }

    @Test
    void anUnreachableHubIsAnErrorOfTheWorld() {
        server.close();
        UserError error = userError(this::fetch);
        assertThat(error.what()).contains("cannot reach localhost");
        assertThat(error.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE);
    }
}
