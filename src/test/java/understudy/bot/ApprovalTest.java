package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Correction;
import understudy.chat.Role;
import understudy.store.Corrections;
import understudy.text.Line;

/// Drafts, the owner's decisions, their own account, and what is learned from corrections.
class ApprovalTest {
    private static final String LINE = "(I am a program that imitates Bea.)\n";

    @TempDir Path folder;

    private Stage stage() {
        return new Stage(folder, rules -> Stage.rules(Mode.APPROVE, Stage.OWNER));
    }

    private List<Correction> corrections() {
        return new Corrections(folder.resolve("corrections.jsonl"))
                .read().corrections().stream().map(Corrections.Numbered::correction).toList();
    }

    @Test
    void nothingIsSentWithoutAClickAndTwoClicksSendOnce() {
        try (Stage stage = stage()) {
            stage.model.says("on my way");
            List<ChatTransport.Outgoing> shown = stage.say(Stage.ANNA, "where are you?");
            assertThat(stage.to(Stage.ANNA)).isEmpty();
            assertThat(shown).hasSize(1);
            assertThat(shown.getFirst().chat()).isEqualTo(Stage.OWNER);
            assertThat(shown.getFirst().text()).contains("where are you?", "on my way");
            ChatTransport.Button send = Stage.button(shown.getFirst(), "Send");
            stage.give(stage.press(Stage.ANNA, send));
            assertThat(stage.to(Stage.ANNA)).as("not by anybody else").isEmpty();
            stage.give(stage.press(Stage.OWNER, send));
            stage.give(stage.press(Stage.OWNER, send));
            assertThat(stage.to(Stage.ANNA)).containsExactly(LINE + "on my way");
            assertThat(stage.network.seen.getLast()).isEqualTo("It was sent already.");
            assertThat(stage.store.history(Stage.ANNA, false, 10)).hasSize(2);
        }
    }

    @Test
    void draftsExpireAndAreDiscardedAndReplaced() {
        try (Stage stage = stage()) {
            ChatTransport.Button late =
                    Stage.button(stage.say(Stage.ANNA, "one").getFirst(), "Send");
            stage.clock.pass(Duration.ofHours(13));
            stage.give(stage.press(Stage.OWNER, late));
            assertThat(stage.network.seen.getLast()).contains("expired");
            ChatTransport.Button old =
                    Stage.button(stage.say(Stage.ANNA, "two").getFirst(), "Send");
            List<ChatTransport.Outgoing> newer = stage.say(Stage.ANNA, "three");
            stage.give(stage.press(Stage.OWNER, old));
            assertThat(stage.network.seen.getLast()).contains("newer draft");
            stage.give(stage.press(Stage.OWNER, Stage.button(newer.getFirst(), "Discard")));
            stage.give(stage.press(Stage.OWNER, Stage.button(newer.getFirst(), "Send")));
            assertThat(stage.network.seen.getLast()).contains("discarded already");
            assertThat(stage.to(Stage.ANNA)).isEmpty();
        }
    }

    @Test
    void regenerateShowsAnotherAndTheOldOneIsOver() {
        try (Stage stage = stage()) {
            stage.model.says("first try");
            ChatTransport.Outgoing shown = stage.say(Stage.ANNA, "hi").getFirst();
            stage.model.says("second try");
            ChatTransport.Outgoing again =
                    stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Regenerate")))
                            .getFirst();
            assertThat(again.text()).contains("second try");
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            assertThat(stage.to(Stage.ANNA)).isEmpty();
            stage.give(stage.press(Stage.OWNER, Stage.button(again, "Send")));
            assertThat(stage.to(Stage.ANNA)).containsExactly(LINE + "second try");
        }
    }

    @Test
    void whatTheOwnerWritesInsteadIsSentAndBecomesACorrection() throws Exception {
        try (Stage stage = stage()) {
            stage.model.says("no idea");
            ChatTransport.Outgoing shown = stage.say(Stage.ANNA, "dinner?").getFirst();
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Edit")));
            stage.say(Stage.OWNER, "yes, at eight!");
            assertThat(stage.to(Stage.ANNA)).containsExactly(LINE + "yes, at eight!");
            assertThat(stage.model.asked).as("the owner's text is no talk").hasSize(1);
            Correction kept = corrections().getFirst();
            assertThat(kept.draft()).isEqualTo("no idea");
            assertThat(kept.correction()).isEqualTo("yes, at eight!");
            assertThat(kept.history())
                    .containsExactly(new Correction.Said(Role.USER, "N2000", "dinner?"));
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            folder.resolve("corrections.jsonl"))))
                    .isEqualTo("rw-------");
            stage.say(Stage.OWNER, "and how are you?");
            assertThat(stage.model.asked).hasSize(2);
        }
    }

    @Test
    void anAnswerToTheDraftItselfIsAnEditToo() {
        try (Stage stage = stage()) {
            stage.say(Stage.ANNA, "dinner?");
            long shown = stage.outbox.messageId("draft:1:1").getAsLong();
            stage.give(
                    stage.message(
                            Stage.OWNER,
                            Stage.OWNER,
                            "gladly",
                            "",
                            false,
                            new Update.Answered(shown, true, "..."),
                            false,
                            null));
            assertThat(stage.to(Stage.ANNA)).containsExactly(LINE + "gladly");
        }
    }

    @Test
    void ratherBecomesAPairOnlyWhenKept() {
        try (Stage stage = new Stage(folder, rules -> Stage.rules(Mode.OWNER, Stage.OWNER))) {
            stage.model.says("no idea");
            stage.say(Stage.OWNER, "what's for lunch?");
            long message = stage.store.history(Stage.OWNER, false, 10).getLast().message();
            Update.Answered answered = new Update.Answered(message, true, LINE + "no idea");
            for (String text : List.of("I'd rather say: soup", "/rather soup again")) {
                ChatTransport.Outgoing review =
                        stage.give(
                                        stage.message(
                                                Stage.OWNER,
                                                Stage.OWNER,
                                                text,
                                                "",
                                                false,
                                                answered,
                                                false,
                                                null))
                                .getFirst();
                assertThat(corrections()).isEmpty();
                if (text.startsWith("/")) {
                    stage.give(stage.press(Stage.OWNER, Stage.button(review, "Keep")));
                    stage.give(stage.press(Stage.OWNER, Stage.button(review, "Keep")));
                } else {
                    stage.give(stage.press(Stage.OWNER, Stage.button(review, "Drop")));
                }
            }
            assertThat(corrections()).hasSize(1);
            Correction kept = corrections().getFirst();
            assertThat(kept.draft()).isEqualTo("no idea");
            assertThat(kept.correction()).isEqualTo("soup again");
            assertThat(kept.history()).hasSize(1);
        }
    }

    @Test
    void withAListOnlyThoseOnItAreDrafted() {
        try (Stage stage =
                new Stage(folder, rules -> Stage.rules(Mode.APPROVE, Stage.OWNER, Stage.ANNA))) {
            stage.say(77, "hello");
            assertThat(stage.model.asked).isEmpty();
            assertThat(stage.to(77)).hasSize(1);
            stage.say(Stage.OWNER, "/allow 77");
            stage.say(77, "hello");
            assertThat(stage.model.asked).hasSize(1);
            stage.say(Stage.OWNER, "/disallow 77");
            stage.say(77, "hello");
            assertThat(stage.model.asked).hasSize(1);
            assertThat(stage.say(Stage.OWNER, "/pending").size()).isEqualTo(2);
        }
    }

    @Test
    void anApprovedDraftStopsAtTheKillSwitch() {
        try (Stage stage = stage()) {
            ChatTransport.Outgoing shown = stage.say(Stage.ANNA, "hi").getFirst();
            stage.killSwitch.stop();
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            assertThat(stage.network.seen.getLast()).contains("stopped");
            stage.killSwitch.release();
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            assertThat(stage.to(Stage.ANNA)).hasSize(1);
        }
    }

    private Update.Message own(Stage stage, long from, String text) {
        return stage.message(Stage.ANNA, from, text, "", false, null, false, "conn");
    }

    private static void connect(Stage stage, long user, boolean enabled, boolean canReply) {
        stage.give(new Update.Business(stage.nextUpdate(), "conn", user, user, enabled, canReply));
    }

    @Test
    void anAccountIsServedByDraftsOnlyWhateverTheMode() {
        try (Stage stage = new Stage(folder, rules -> Stage.rules(Mode.OWNER, Stage.OWNER))) {
            stage.give(own(stage, Stage.ANNA, "hello?"));
            assertThat(stage.model.asked).as("an unknown account").isEmpty();
            connect(stage, 4242, true, true);
            stage.give(own(stage, Stage.ANNA, "hello?"));
            assertThat(stage.model.asked).as("somebody else's account").isEmpty();
            connect(stage, Stage.OWNER, true, true);
            stage.model.says("hello Anna");
            ChatTransport.Outgoing shown = stage.give(own(stage, Stage.ANNA, "hello?")).getFirst();
            assertThat(shown.chat()).isEqualTo(Stage.OWNER);
            assertThat(shown.text()).contains("in your own name", LINE + "hello Anna");
            assertThat(stage.to(Stage.ANNA)).isEmpty();
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            ChatTransport.Outgoing out = stage.sent.getLast();
            assertThat(out.businessConnection()).isEqualTo("conn");
            assertThat(out.text()).isEqualTo(LINE + "hello Anna");
        }
    }

    @Test
    void theFirstLineIsLeftOutOnlyAfterAWarning() {
        try (Stage stage = stage()) {
            connect(stage, Stage.OWNER, true, true);
            ChatTransport.Outgoing shown = stage.give(own(stage, Stage.ANNA, "hello?")).getFirst();
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Leave out the first line")));
            assertThat(stage.network.edits.getLast()).contains("You answer for it.");
            stage.give(stage.press(Stage.OWNER, new ChatTransport.Button("Send", "d:1:2:s")));
            assertThat(stage.to(Stage.ANNA)).containsExactly("well");
        }
    }

    @Test
    void anOwnMessageTakesTheChatBack() {
        try (Stage stage = stage()) {
            connect(stage, Stage.OWNER, true, true);
            ChatTransport.Outgoing shown = stage.give(own(stage, Stage.ANNA, "hello?")).getFirst();
            ChatTransport.Outgoing told =
                    stage.give(own(stage, Stage.OWNER, "I am here")).getFirst();
            assertThat(told.text()).contains("I am out of it");
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            assertThat(stage.to(Stage.ANNA)).isEmpty();
            int before = stage.model.asked.size();
            stage.give(own(stage, Stage.ANNA, "good"));
            assertThat(stage.model.asked).hasSize(before);
            stage.give(stage.press(Stage.OWNER, Stage.button(told, "Resume")));
            stage.give(own(stage, Stage.ANNA, "and tomorrow?"));
            assertThat(stage.model.asked).hasSize(before + 1);
            assertThat(stage.model.asked.getLast().lines())
                    .extracting(Line::content)
                    .containsExactly("hello?", "I am here", "good\nand tomorrow?");
        }
    }

    @Test
    void itsOwnWordsComingBackAreNoHandOver() {
        try (Stage stage = stage()) {
            connect(stage, Stage.OWNER, true, true);
            ChatTransport.Outgoing shown = stage.give(own(stage, Stage.ANNA, "hello?")).getFirst();
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            assertThat(stage.give(own(stage, Stage.OWNER, LINE + "well"))).isEmpty();
            stage.give(own(stage, Stage.ANNA, "ok"));
            assertThat(stage.model.asked).hasSize(2);
        }
    }

    @Test
    void aClosedAccountAndAnOldMessageAreNotAnswered() {
        try (Stage stage = stage()) {
            connect(stage, Stage.OWNER, true, true);
            ChatTransport.Outgoing shown = stage.give(own(stage, Stage.ANNA, "hello?")).getFirst();
            connect(stage, Stage.OWNER, false, false);
            stage.give(stage.press(Stage.OWNER, Stage.button(shown, "Send")));
            assertThat(stage.network.seen.getLast()).contains("discarded already");
            connect(stage, Stage.OWNER, true, false);
            int before = stage.model.asked.size();
            stage.give(own(stage, Stage.ANNA, "again?"));
            assertThat(stage.model.asked).hasSize(before);
            assertThat(stage.to(Stage.ANNA)).isEmpty();
        }
    }

    @Test
    void isABotInAnAccountIsTrueAndWaitsForTheClick() {
        try (Stage stage = stage()) {
            connect(stage, Stage.OWNER, true, true);
            ChatTransport.Outgoing shown =
                    stage.give(own(stage, Stage.ANNA, "¿eres un bot?")).getFirst();
            assertThat(shown.text()).contains("Soy un bot");
            assertThat(stage.model.asked).isEmpty();
            assertThat(stage.to(Stage.ANNA)).isEmpty();
        }
    }
}
