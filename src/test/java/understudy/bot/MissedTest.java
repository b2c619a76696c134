package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.reply.Prompt;

/// What came too late for an answer.
class MissedTest {
    @TempDir Path folder;

    private Stage stage(Mode mode, Long... allowed) {
        return new Stage(folder, rules -> Stage.rules(mode, Stage.OWNER, allowed));
    }

    private static List<String> kept(Stage stage, long chat) {
        return stage.store.history(chat, false, 10).stream().map(HistoryLine::text).toList();
    }

    @Test
    void itIsNotAnsweredButTheNextAnswerKnowsIt() {
        try (Stage stage = stage(Mode.ALLOW, Stage.ANNA)) {
            assertThat(
                            stage.late(
                                    stage.text(Stage.ANNA, "I am in Rome"),
                                    stage.text(Stage.ANNA, "are you a bot?")))
                    .isEmpty();
            assertThat(stage.model.asked).isEmpty();
            assertThat(kept(stage, Stage.ANNA)).containsExactly("I am in Rome", "are you a bot?");
            assertThat(stage.say(Stage.ANNA, "guess where")).hasSize(1);
            Prompt.Chat prompt = stage.model.asked.getFirst();
            assertThat(prompt.lines().getLast().content()).contains("I am in Rome", "guess where");
        }
    }

    @Test
    void whatWouldNotHaveBeenAnsweredIsNotKeptEither() {
        try (Stage stage = stage(Mode.ALLOW, Stage.ANNA)) {
            stage.late(stage.text(5000, "let me in"));
            stage.late(stage.text(Stage.ANNA, "/clear"));
            stage.late(stage.text(Stage.OWNER, "/stop"));
            stage.late(
                    stage.message(Stage.ANNA, Stage.ANNA, "", "voice", false, null, false, null));
            stage.late(
                    stage.message(
                            Stage.GROUP, Stage.ANNA, "not to you", "", false, null, false, null));
            stage.late(
                    stage.message(
                            Stage.ANNA, Stage.ANNA, "to the account", "", false, null, false, "c"));
            for (long chat : new long[] {5000, Stage.ANNA, Stage.OWNER, Stage.GROUP}) {
                assertThat(kept(stage, chat)).as("chat %d", chat).isEmpty();
            }
            assertThat(stage.killSwitch.on()).isFalse();
            assertThat(stage.sent).isEmpty();
        }
    }

    @Test
    void forwardedTextAndGroupsAreKeptAsTheyWouldBeInTime() {
        try (Stage stage = stage(Mode.ALLOW, Stage.ANNA)) {
            stage.late(
                    stage.message(Stage.ANNA, Stage.ANNA, "a joke", "", true, null, false, null));
            stage.late(
                    stage.message(
                            Stage.GROUP, Stage.ANNA, "@annabot hm?", "", false, null, true, null));
            assertThat(kept(stage, Stage.ANNA)).containsExactly("(forwarded) a joke");
            assertThat(kept(stage, Stage.GROUP)).containsExactly("hm?");
        }
    }
}
