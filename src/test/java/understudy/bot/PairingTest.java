package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.generate.GenerateOptions;
import understudy.reply.Voice;

/// The code that makes an owner, sent as people do: with a word before it or after.
class PairingTest {
    private static final String PAIRED = "You are my owner now.";

    @TempDir Path folder;
    private Stage stage;

    /// With waiting, as it is by default: messages that follow each other come together.
    @BeforeEach
    void open() {
        stage =
                new Stage(
                        folder,
                        rules ->
                                new BotRules(
                                        Mode.OWNER,
                                        null,
                                        Set.of(),
                                        new Voice("Bea", ""),
                                        "",
                                        false,
                                        false,
                                        20,
                                        time -> true,
                                        Duration.ofHours(12),
                                        Duration.ZERO,
                                        GenerateOptions.CHAT));
    }

    @Test
    void itIsNotWaitedForMoreAfterACode() {
        assertThat(stage.manners.patience(stage.text(9, stage.pairing.code()))).isZero();
        assertThat(stage.manners.patience(stage.text(9, "hello"))).isPositive();
        stage.say(9, stage.pairing.code());
        assertThat(stage.manners.patience(stage.text(9, "ABCDEFGH"))).isPositive();
    }

    @Test
    void aWordAfterTheCodeDoesNotHideIt() {
        stage.give(stage.text(9, stage.pairing.code()), stage.text(9, "hello"));
        assertThat(stage.to(9)).hasSize(2);
        assertThat(stage.to(9).getFirst()).startsWith(PAIRED);
        assertThat(stage.to(9).getLast()).endsWith("well");
        assertThat(stage.model.asked).hasSize(1);
    }

    @Test
    void aWordBeforeTheCodeIsAStrangers() {
        stage.give(stage.text(9, "hello"), stage.text(9, stage.pairing.code()));
        assertThat(stage.to(9)).hasSize(2);
        assertThat(stage.to(9).getLast()).startsWith(PAIRED);
        assertThat(stage.model.asked).isEmpty();
    }

    @Test
    void aWrongCodeIsOneTry() {
        String right = stage.pairing.code();
        for (int i = 0; i < Pairing.TRIES - 1; i++) {
            stage.give(stage.text(8, "ABCDEFG" + "HJKLMN".charAt(i)), stage.text(8, "hello"));
        }
        assertThat(stage.manners.owned()).isFalse();
        assertThat(stage.give(stage.text(9, right)).getFirst().text()).startsWith(PAIRED);
    }
}
