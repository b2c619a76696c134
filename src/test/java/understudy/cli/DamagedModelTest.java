package understudy.cli;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static understudy.cli.Damage.CHAT;
import static understudy.cli.Damage.EVALUATE;
import static understudy.cli.Damage.TRAIN;
import static understudy.cli.Damage.replaced;
import static understudy.cli.Damage.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import understudy.SyntheticChats;

/// A base model's folder that is damaged, or lies about what is in it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedModelTest {
    /// Keys of `config.json` with values that cannot be, or not with these weights.
    private static final List<String> LIES =
            List.of(
                    "hidden_size=1000000000",
                    "hidden_size=49",
                    "hidden_size=-48",
                    "hidden_size=null",
                    "vocab_size=372",
                    "vocab_size=2147483648",
                    "num_hidden_layers=3",
                    "num_hidden_layers=100000",
                    "num_attention_heads=0",
                    "num_attention_heads=5",
                    "num_key_value_heads=3",
                    "head_dim=1000",
                    "head_dim=11",
                    "intermediate_size=1e9",
                    "rms_norm_eps=-1",
                    "rope_theta=0",
                    "max_position_embeddings=0",
                    "hidden_act=\"gelu\"",
                    "model_type=\"dragon\"",
                    "model_type=\"\u001b[31m\"");

    private static final List<String> TEMPLATES =
            List.of("{% for x in %}", "{{ messages.__class__ }}", "{% while");

    private Path base = Path.of("");
    private TrainedHome home = new TrainedHome(base);

    @BeforeAll
    void makeAHome(@TempDir Path empty) throws IOException {
        base = Files.createDirectory(empty.resolve("base"));
        try (Stream<Path> files = Files.list(SyntheticChats.tinyModel())) {
            for (Path file : files.toList()) {
                Files.copy(file, base.resolve(file.getFileName()));
            }
        }
        home = TrainedHome.make(empty, base);
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatIsDamagedOrLies() {
        List<Damage> all = new ArrayList<>();
        List<String> prepare = List.of("prepare", "--base=" + base);
        Path config = base.resolve("config.json");
        Path tokenizer = base.resolve("tokenizer.json");
        Path weights = base.resolve("model.safetensors");
        Path template = base.resolve("chat_template.jinja");
        Damage.ways()
                .forEach((name, change) -> {
                    all.add(new Damage(name, config, change, List.of(TRAIN, CHAT)));
                    all.add(new Damage(name, weights, change, List.of(TRAIN, EVALUATE)));
                    all.add(new Damage(name, tokenizer, change, List.of(prepare, CHAT)));
                });
        for (String lie : LIES) {
            String key = lie.substring(0, lie.indexOf('='));
            String value = lie.substring(key.length() + 1).replace("\u001b", "\\\\u001b");
            String pair = "\"" + key + "\": ";
            all.add(
                    new Damage(
                            lie, config, replaced(pair + "[^,\n]*", pair + value), List.of(TRAIN)));
        }
        all.add(
                new Damage(
                        "an id outside of the embedding",
                        tokenizer,
                        replaced("\"Ġthe\":\\d+", "\"Ġthe\":400"),
                        List.of(TRAIN)));
        for (String text : TEMPLATES) {
            all.add(new Damage(text, template, text(text), List.of(prepare, CHAT)));
        }
        return all.stream().map(d -> dynamicTest(d.title(), () -> d.check(home)));
    }
}
