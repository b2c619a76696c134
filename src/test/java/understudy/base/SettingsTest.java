package understudy.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String YAML =
            """
            # a comment
            train:
              epochs: 3
              learning_rate: 5e-4
              targets: [q, k]
              checkpoint_every: 10m   # or steps
              patience: 3
            dataset:
              learn: own
              system_line: "You are {me}: hello"
            """;

    @TempDir Path folder;

    private static Settings settings() {
        return Settings.parse(YAML, "a.yaml");
    }

    private static Consumer<Throwable> error(String what, String where, String fix) {
        return thrown -> {
            UserError error = (UserError) thrown;
            assertThat(error.what()).contains(what);
            assertThat(error.where()).isEqualTo(where);
            assertThat(error.fix()).contains(fix);
        };
    }

    @Test
    void readsWordsNumbersFlagsAndLists() {
        Settings train = settings().section("train");
        assertThat(train.integer("epochs", 1, 1, 10)).isEqualTo(3);
        assertThat(train.number("learning_rate", 1, 0, 1)).isEqualTo(5e-4);
        assertThat(train.list("targets", List.of())).containsExactly("q", "k");
        assertThat(train.text("checkpoint_every", "")).isEqualTo("10m");
        assertThat(train.flag("shuffle", true)).isTrue();
        assertThat(settings().section("dataset").text("system_line", ""))
                .isEqualTo("You are {me}: hello");
        assertThat(settings().section("none").integer("x", 4, 0, 9)).isEqualTo(4);
    }

    @Test
    void namesFileAndLineOfAWrongValue() {
        Settings train = settings().section("train");
        assertThatThrownBy(() -> train.integer("epochs", 1, 5, 10))
                .satisfies(error("'train.epochs' must be a whole number", "a.yaml line 3", ""));
        assertThatThrownBy(() -> train.integer("learning_rate", 1, 0, 1))
                .satisfies(error("'train.learning_rate'", "a.yaml line 4", ""));
        assertThatThrownBy(() -> train.flag("patience", true))
                .satisfies(error("true or false", "a.yaml line 7", ""));
        assertThatThrownBy(
                        () -> settings().section("dataset").choice("learn", "all", "all", "none"))
                .satisfies(error("one of all, none", "a.yaml line 9", ""));
        assertThatThrownBy(() -> settings().section("train").section("epochs"))
                .satisfies(error("section", "a.yaml line 3", ""));
    }

    @Test
    void refusesKeysThatNobodyAskedFor() {
        Settings train = Settings.parse("epoch: 3\n", "b.yaml");
        train.integer("epochs", 1, 1, 10);
        train.integer("rank", 1, 1, 10);
        assertThatThrownBy(train::refuseOthers)
                .satisfies(error("no setting 'epoch'", "b.yaml line 1", "did you mean epochs?"));
    }

    @Test
    void laysAFileOfOnesOwnOverARecipe() {
        Settings own = Settings.parse("train:\n  epochs: 9\n", "own.yaml");
        Settings both = settings().overlaid(own);
        assertThat(both.section("train").integer("epochs", 1, 1, 10)).isEqualTo(9);
        assertThat(both.section("train").integer("patience", 1, 1, 10)).isEqualTo(3);
        Settings wrong = Settings.parse("train:\n  learning_rat: 9\n", "own.yaml");
        assertThatThrownBy(() -> settings().overlaid(wrong))
                .satisfies(
                        error(
                                "no setting 'train.learning_rat'",
                                "own.yaml line 2",
                                "learning_rate"));
        Settings flat = Settings.parse("train: 3\n", "own.yaml");
        assertThatThrownBy(() -> settings().overlaid(flat))
                .satisfies(error("section", "own.yaml line 1", ""));
    }

    @Test
    void setsOneKeyInFullOrByItsLastWord() {
        assertThat(settings().with("train.epochs=2").section("train").integer("epochs", 1, 1, 9))
                .isEqualTo(2);
        assertThat(settings().with("epochs=2").section("train").integer("epochs", 1, 1, 9))
                .isEqualTo(2);
        assertThat(settings().with("targets=a, b").section("train").list("targets", List.of()))
                .containsExactly("a", "b");
        assertThat(settings().with("system_line=a=b").section("dataset").text("system_line", ""))
                .isEqualTo("a=b");
        assertThatThrownBy(() -> settings().with("epohcs=2"))
                .satisfies(error("no setting 'epohcs'", "--set epohcs=2", "train.epochs"));
        assertThatThrownBy(() -> settings().with("epochs"))
                .satisfies(error("key=value", "--set epochs", ""));
        Settings twice = Settings.parse("a:\n  seed: 1\nb:\n  seed: 2\n", "c.yaml");
        assertThatThrownBy(() -> twice.with("seed=3"))
                .satisfies(error("a.seed or b.seed", "--set seed=3", ""));
    }

    @Test
    void writesWhatItReads() {
        Settings changed = settings().with("system_line=\"x\" # y: {z}\ntwo");
        Settings again = Settings.parse(changed.yaml(), "again.yaml");
        assertThat(again.yaml()).isEqualTo(changed.yaml());
        assertThat(again.keys()).isEqualTo(settings().keys());
        assertThat(again.section("dataset").text("system_line", ""))
                .isEqualTo("\"x\" # y: {z}\ntwo");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [1",
                "- 1\n- 2",
                "a: 1\na: 2",
                "a: [[1]]",
                "just words",
                "a: \"x",
                "\t- :"
            })
    void brokenFilesAreOneClearError(String yaml) {
        assertThatThrownBy(() -> Settings.parse(yaml, "x.yaml"))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.where()).startsWith("x.yaml"));
    }

    @Test
    void anEmptyFileChangesNothing() {
        assertThat(settings().overlaid(Settings.parse("", "e.yaml")).yaml())
                .isEqualTo(settings().yaml());
    }

    @Test
    void recipesHaveTheSameKeysAndTakeFilesAndSets() throws Exception {
        RecipeFile standard = RecipeFile.load("default", List.of("epochs=7"));
        assertThat(standard.settings().section("train").integer("epochs", 1, 1, 9)).isEqualTo(7);
        assertThat(RecipeFile.load("seed", List.of()).settings().keys())
                .isEqualTo(standard.settings().keys());
        Path own = folder.resolve("own.yaml");
        Files.writeString(own, "dataset:\n  max_length: 512\n");
        RecipeFile mine = RecipeFile.load(own.toString(), List.of());
        assertThat(mine.name()).isEqualTo("default");
        assertThat(mine.settings().section("dataset").integer("max_length", 1, 1, 999))
                .isEqualTo(512);
        assertThatThrownBy(() -> RecipeFile.load("sead", List.of()))
                .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.fix()).contains("seed"));
    }

    @Test
    void everyKeyOfARecipeIsExplained() throws Exception {
        for (String recipe : List.of("default", "seed")) {
            try (InputStream in =
                    Settings.class.getResourceAsStream("/recipes/" + recipe + ".yaml")) {
                List<String> lines =
                        new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
                for (int i = 0; i < lines.size(); i++) {
                    boolean key =
                            lines.get(i).startsWith("  ") && !lines.get(i).strip().startsWith("#");
                    assertThat(!key || lines.get(i - 1).strip().startsWith("# "))
                            .as("%s: %s", recipe, lines.get(i))
                            .isTrue();
                    assertThat(lines.get(i).length()).isLessThanOrEqualTo(100);
                }
            }
        }
    }

    @Test
    void suggestsWhatIsNear() {
        List<String> known = List.of("epochs", "rank", "learning_rate", "Anna Schmidt");
        assertThat(Nearest.to("epcohs", known, 3)).containsExactly("epochs");
        assertThat(Nearest.to("anna", known, 3)).containsExactly("Anna Schmidt");
        assertThat(Nearest.to("zzzzzz", known, 3)).isEmpty();
    }

    @Test
    void printsNoControlCharacters() {
        assertThat(Printable.line("a\u001b[2J\nb\u202ec\u0000"))
                .isEqualTo("a\ufffd[2J\ufffdb\ufffdc\ufffd");
        assertThat(Printable.lines("a\nb\u200e")).isEqualTo("a\nb\ufffd");
    }
}
