package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.generate.Decoder;
import understudy.reply.Completer;
import understudy.reply.Refusal;
import understudy.tensor.Quantization;

class RunShelfTest {
    @TempDir static Path folder;

    private static Workspace workspace;
    private static String older;
    private static String newer;

    @BeforeAll
    static void train() throws IOException {
        TrainedHome home = TrainedHome.make(folder);
        workspace = new Workspace(home.home());
        older = home.run().id();
        home.succeed(
                List.of("train", "--max-tokens=1000", "--set=rank=4", "--set=compute_type=f32"));
        newer = home.run().id();
    }

    private static RunShelf shelf(String... names) {
        return new RunShelf(workspace, List.of(names), "cpu", null, 2);
    }

    @Test
    void finishedRunsAreListedTheNewestFirstAndThenTheirBase() {
        try (RunShelf shelf = shelf()) {
            assertThat(shelf.models().stream().map(Completer.ModelInfo::id).toList())
                    .containsExactly(newer, older, "tiny-chat");
            assertThat(shelf.models().getLast().kind()).isEqualTo(Completer.Kind.BASE);
            assertThat(shelf.speaker("").info().id()).isEqualTo(newer);
            assertThat(shelf.speaker("latest").info().id()).isEqualTo(newer);
            assertThat(shelf.speaker(older).voice()).isNotNull();
            assertThat(shelf.speaker("tiny-chat").voice()).isNull();
        }
    }

    /// What was learned on rounded numbers belongs to those; nobody's wish is overruled.
    @Test
    void aBaseIsHeldAsTheRunLearnedOrAsItsFileHasIt() {
        assertThat(LoadedModel.held(Quantization.NONE, null)).isEqualTo(Quantization.FILE);
        assertThat(LoadedModel.held(Quantization.NF4, null)).isEqualTo(Quantization.NF4);
        assertThat(LoadedModel.held(Quantization.BF16, null)).isEqualTo(Quantization.BF16);
        for (Quantization wish : Quantization.values()) {
            assertThat(LoadedModel.held(Quantization.NF4, wish)).isEqualTo(wish);
        }
    }

    @Test
    void onlyTheNamedRunsCanBeAskedFor() {
        try (RunShelf shelf = shelf(older)) {
            assertThat(shelf.speaker("").info().id()).isEqualTo(older);
            assertThat(shelf.speaker("tiny-chat").voice()).isNull();
            assertThatThrownBy(() -> shelf.speaker(newer)).isInstanceOf(Refusal.class);
        }
    }

    @Test
    void aNameThatIsNoneOpensNothing() throws IOException {
        Files.createDirectories(workspace.home().resolve("secret"));
        try (RunShelf shelf = shelf()) {
            for (String name :
                    List.of(
                            "../secret",
                            "/etc/passwd",
                            "..\\secret",
                            "runs/" + newer,
                            newer + "/../" + older,
                            newer + "\u0000",
                            "gpt-4o",
                            " ",
                            "x".repeat(100_000))) {
                assertThatThrownBy(() -> shelf.speaker(name))
                        .isInstanceOfSatisfying(
                                Refusal.class,
                                r -> {
                                    assertThat(r.reason()).isEqualTo(Refusal.Reason.UNKNOWN_MODEL);
                                    assertThat(r.getMessage()).hasSizeLessThan(200);
                                });
            }
        }
    }

    @Test
    void runsOfOneBaseShareIt() {
        try (RunShelf shelf = shelf()) {
            Decoder first = shelf.load(newer, Set.of());
            Decoder second = shelf.load(older, Set.of());
            Decoder base = shelf.load("tiny-chat", Set.of());
            assertThat(second.generator()).isSameAs(first.generator());
            assertThat(base.generator()).isSameAs(first.generator());
            assertThat(first.adapter()).isNotNull().isNotSameAs(second.adapter());
            assertThat(shelf.load(newer, Set.of()).adapter()).isSameAs(first.adapter());
            assertThat(base.adapter()).isNull();
            assertThat(shelf.loaded()).isEqualTo(1);
            shelf.unload();
            assertThat(shelf.loaded()).isZero();
        }
    }

    /// What was learned on a rounded base is not right for another.
    @Test
    void aRunThatLearnedOnAnotherFormOfItsBaseGetsThatForm(@TempDir Path home) throws IOException {
        TrainedHome trained = TrainedHome.make(home);
        String plain = trained.run().id();
        trained.succeed(
                List.of("train", "--max-tokens=500", "--set=rank=4", "--quantization=int8"));
        String packed = trained.run().id();
        try (RunShelf shelf =
                new RunShelf(new Workspace(trained.home()), List.of(), "cpu", null, 2)) {
            Decoder first = shelf.load(plain, Set.of());
            Decoder second = shelf.load(packed, Set.of());
            assertThat(second.generator()).isNotSameAs(first.generator());
            assertThat(second.base()).isNotEqualTo(first.base());
            assertThat(shelf.loaded()).isEqualTo(2);
        }
    }

    @Test
    void anEmptyHomeSaysWhatToDo(@TempDir Path empty) {
        try (RunShelf shelf = new RunShelf(new Workspace(empty), List.of(), "cpu", null, 1)) {
            assertThatThrownBy(() -> shelf.speaker(""))
                    .isInstanceOfSatisfying(
                            UserError.class, e -> assertThat(e.fix()).contains("understudy train"));
        }
    }
}
