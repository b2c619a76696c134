package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static understudy.cli.Damage.CHAT;
import static understudy.cli.Damage.EVALUATE;
import static understudy.cli.Damage.TRAIN;
import static understudy.cli.Damage.replaced;
import static understudy.cli.Damage.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import understudy.SyntheticChats;
import understudy.base.ExitCode;

/// Files of a home that were changed. Each command that needs the file refuses it in the usual
/// three lines and leaves it to the person; nothing of it reaches native code.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedHomeTest {
    private Path folder = Path.of("");
    private TrainedHome home = new TrainedHome(folder);

    @BeforeAll
    void makeAHome(@TempDir Path empty) throws IOException {
        folder = empty;
        home = TrainedHome.make(empty);
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatIsDamaged() throws IOException {
        return damages().stream().map(d -> dynamicTest(d.title(), () -> d.check(home)));
    }

    private List<Damage> damages() throws IOException {
        List<Damage> all = new ArrayList<>();
        Path store = home.home().resolve("chats.db");
        List<List<String>> readers =
                List.of(
                        List.of("people"),
                        List.of("prepare"),
                        CHAT,
                        List.of("import", export().toString()));
        all.add(new Damage("noise", store, Damage::noise, readers));
        all.add(new Damage("half", store, old -> Arrays.copyOf(old, old.length / 2), readers));
        Path dataset = home.home().resolve("datasets/default");
        Path config = home.run().config();
        Path description = dataset.resolve("dataset.yaml");
        Path adapter = home.run().adapter();
        Damage.ways()
                .forEach((name, change) -> {
                    all.add(new Damage(name, description, change, List.of(TRAIN, EVALUATE)));
                    Path train = dataset.resolve("train.jsonl");
                    all.add(new Damage(name, train, change, List.of(TRAIN)));
                    Path heldOut = dataset.resolve("heldout.jsonl");
                    all.add(new Damage(name, heldOut, change, List.of(EVALUATE)));
                    for (Path file :
                            List.of(
                                    adapter.resolve("adapter_config.json"),
                                    adapter.resolve("adapter_model.safetensors"),
                                    config)) {
                        all.add(new Damage(name, file, change, List.of(EVALUATE, CHAT)));
                    }
                });
        all.addAll(lies(description));
        return all;
    }

    /// Files that read well and say what cannot be.
    private List<Damage> lies(Path description) throws IOException {
        List<Damage> all = new ArrayList<>();
        Path adapter = home.run().adapter().resolve("adapter_config.json");
        List<List<String>> readers = List.of(EVALUATE, CHAT);
        for (String rank : List.of("0", "-1", "1000000000", "\"two\"", "null", "3", "1e400")) {
            all.add(
                    new Damage(
                            "r=" + rank,
                            adapter,
                            replaced("\"r\" : \\d+", "\"r\" : " + rank),
                            readers));
        }
        all.add(
                new Damage(
                        "alpha", adapter, replaced("\"lora_alpha\" : 64", "\"x\" : 1"), readers));
        all.add(new Damage("dora", adapter, replaced("\\{", "{\"use_dora\": true,"), readers));
        all.add(new Damage("base", home.run().config(), replaced("base: .*", "base: x"), readers));
        all.add(
                new Damage(
                        "dataset_name",
                        home.run().config(),
                        replaced("dataset_name: .*", "dataset_name: ../../x"),
                        List.of(EVALUATE)));
        all.add(
                new Damage(
                        "format",
                        description,
                        replaced("format: 1", "format: 2"),
                        List.of(TRAIN, EVALUATE)));
        all.add(
                new Damage(
                        "base of dataset",
                        description,
                        replaced("base: .*", "base: nowhere"),
                        List.of(TRAIN)));
        all.add(
                new Damage(
                        "max_length",
                        description,
                        replaced("max_length: .*", "max_length: 99999999999"),
                        List.of(TRAIN, EVALUATE)));
        return all;
    }

    private Path export() throws IOException {
        return SyntheticChats.write(folder, 4, "Sasha").getFirst();
    }

    private static final List<String> ROWS =
            List.of(
                    "3",
                    "null",
                    "[]",
                    "{}",
                    "{\"messages\": 7}",
                    "{\"messages\": [7]}",
                    "{\"messages\": [{\"role\": \"evil\", \"content\": \"zirkonfant\"}]}",
                    "{\"messages\": [{\"role\": 1, \"content\": {}}]}",
                    "{\"messages\": [{\"role\": \"system\", \"content\": \"only\"}]}");

    /// Rows that nobody's program wrote, under a checksum that fits.
    @TestFactory
    Stream<DynamicTest> refusesRowsThatSayNothing() {
        return ROWS.stream().map(row -> dynamicTest(row, () -> refuseRow(row)));
    }

    private void refuseRow(String row) throws Exception {
        Path dataset = home.home().resolve("datasets/default");
        byte[] bytes = (row + "\n").getBytes(StandardCharsets.UTF_8);
        String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        Path rows = dataset.resolve("train.jsonl");
        Path description = dataset.resolve("dataset.yaml");
        byte[] oldRows = Files.readAllBytes(rows);
        String oldDescription = Files.readString(description);
        Files.write(rows, bytes);
        Files.writeString(
                description,
                oldDescription.replaceFirst(
                        "(?<=\"train\":\\{)[^}]*", "\"rows\":1,\"sha256\":\"" + sum + "\""));
        try {
            Refusal.check(home.call(TRAIN));
        } finally {
            Files.write(rows, oldRows);
            Files.writeString(description, oldDescription);
        }
    }

    /// The log is for people: what cannot be read of it is said, and nothing else is lost.
    @Test
    void aDamagedLogHidesNoRun() throws IOException {
        Path events = home.run().events();
        byte[] old = Files.readAllBytes(events);
        String id = home.run().id();
        for (UnaryOperator<byte[]> change :
                List.<UnaryOperator<byte[]>>of(
                        Damage::noise, b -> Arrays.copyOf(b, b.length / 2), text("{}\n[\n7\n"))) {
            Files.write(events, change.apply(old));
            Called list = home.call(List.of("runs"));
            assertThat(list.exit()).as(list.err()).isEqualTo(ExitCode.OK);
            assertThat(list.out()).contains(id);
            Called show = home.call(List.of("runs", "show", id));
            assertThat(show.exit()).as(show.err()).isEqualTo(ExitCode.OK);
        }
        Files.write(events, old);
    }
}
