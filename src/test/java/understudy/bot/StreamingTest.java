package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.reply.Voice;

/// What is shown of an answer while it is written, and how it is stopped.
class StreamingTest {
    private static final String LINE = "(I am a program that imitates Bea.)\n";

    /// Longer than what is held back of an unfinished text.
    private static final String LONG =
            "first we went to the lake and then it rained for the rest of the afternoon";

    @TempDir Path folder;

    private Stage stage(Mode mode) {
        return new Stage(folder, rules -> rules(mode, true));
    }

    private static BotRules rules(Mode mode, boolean stream) {
        return new BotRules(
                mode,
                Stage.OWNER,
                Set.of(Stage.ANNA),
                new Voice("Bea", ""),
                "",
                true,
                stream,
                20,
                time -> true,
                Duration.ofHours(12),
                Duration.ZERO,
                GenerateOptions.CHAT);
    }

    /// Word by word, with some time for each.
    private static Stage.Writing slowly(Stage stage, String text, Duration each) {
        return (onText, cancelled) -> {
            for (String word : text.splitWithDelimiters(" ", 0)) {
                stage.clock.pass(each);
                onText.accept(word);
            }
        };
    }

    @Test
    void anUnfinishedAnswerIsShownInWholeWordsAndSentWhole() {
        try (Stage stage = stage(Mode.ALLOW)) {
            stage.model.writing.set(slowly(stage, LONG, Duration.ofMillis(400)));
            assertThat(stage.say(Stage.ANNA, "and?").getFirst().text()).isEqualTo(LINE + LONG);
            List<String> drafts = stage.network.drafts;
            assertThat(drafts).hasSizeBetween(2, 10);
            for (String draft : drafts) {
                assertThat(LONG).startsWith(draft + " ");
                assertThat(LONG.length() - draft.length()).isGreaterThanOrEqualTo(40);
            }
            assertThat(stage.to(Stage.ANNA)).hasSize(1);
        }
    }

    @Test
    void atMostOnceASecond() {
        try (Stage stage = stage(Mode.ALLOW)) {
            stage.model.writing.set(slowly(stage, LONG, Duration.ofMillis(10)));
            stage.say(Stage.ANNA, "and?");
            assertThat(stage.network.drafts).isEmpty();
        }
    }

    @Test
    void whatTheFilterHoldsBackIsNotShownEither() {
        try (Stage stage = stage(Mode.ALLOW)) {
            String number = "call me on +49 30 90182734 any time, ";
            stage.model.writing.set(slowly(stage, number + LONG, Duration.ofMillis(1100)));
            assertThat(stage.say(Stage.ANNA, "and?").getFirst().text()).doesNotContain("9018");
            assertThat(stage.network.drafts).isNotEmpty().noneMatch(d -> d.contains("9018"));
            stage.network.drafts.clear();
            stage.model.writing.set(
                    slowly(stage, "No, I am a human being. " + LONG, Duration.ofMillis(1100)));
            assertThat(stage.say(Stage.ANNA, "well?").getFirst().text()).startsWith("I am a bot");
            assertThat(stage.network.drafts).noneMatch(d -> d.contains("human"));
        }
    }

    @Test
    void nothingIsShownInGroupsForDraftsOrUnasked() {
        try (Stage stage = stage(Mode.ALLOW)) {
            stage.model.writing.set(slowly(stage, LONG, Duration.ofMillis(1100)));
            stage.give(
                    stage.message(
                            Stage.GROUP, Stage.ANNA, "@annabot so?", "", false, null, true, null));
            assertThat(stage.to(Stage.GROUP)).hasSize(1);
            assertThat(stage.network.drafts).isEmpty();
        }
        try (Stage stage = stage(Mode.APPROVE)) {
            stage.model.writing.set(slowly(stage, LONG, Duration.ofMillis(1100)));
            stage.say(Stage.ANNA, "so?");
            assertThat(stage.to(Stage.OWNER)).hasSize(1);
            assertThat(stage.network.drafts).isEmpty();
        }
        try (Stage stage = new Stage(folder, r -> rules(Mode.ALLOW, false))) {
            stage.model.writing.set(slowly(stage, LONG, Duration.ofMillis(1100)));
            stage.say(Stage.ANNA, "so?");
            assertThat(stage.to(Stage.ANNA)).hasSize(1);
            assertThat(stage.network.drafts).isEmpty();
        }
    }

    @Test
    void theOtherCanStopWhatIsBeingWritten() {
        try (Stage stage = stage(Mode.ALLOW)) {
            stage.model.writing.set((onText, cancelled) -> {
                onText.accept("first we ");
                stopped(stage, Stage.OWNER);
                assertThat(cancelled.getAsBoolean()).as("another chat").isFalse();
                stopped(stage, Stage.ANNA);
                assertThat(cancelled.getAsBoolean()).isTrue();
            });
            assertThat(stage.say(Stage.ANNA, "tell me all")).isEmpty();
            assertThat(stage.model.asked).as("not tried again").hasSize(1);
            stage.model.writing.set(null);
            stopped(stage, Stage.ANNA); // nothing is being written
            assertThat(stage.say(Stage.ANNA, "shorter?").getFirst().text())
                    .isEqualTo(LINE + "well");
            assertThat(stage.store.history(Stage.ANNA, false, 10))
                    .extracting(HistoryLine::role, HistoryLine::text)
                    .startsWith(tuple(Role.USER, "tell me all"), tuple(Role.USER, "shorter?"));
        }
    }

    private static void stopped(Stage stage, long chat) {
        Update.Stopped update =
                new Update.Stopped(
                        stage.nextUpdate(), new Update.ChatRef(chat, Update.ChatKind.PRIVATE, ""));
        assertThat(stage.manners.urgent(update)).as("not behind the answer").isTrue();
        assertThat(stage.give(update)).isEmpty();
    }
}
