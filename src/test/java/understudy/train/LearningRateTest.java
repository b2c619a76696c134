package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import understudy.base.Settings;

class LearningRateTest {

    @Test
    void widerModelsTakeSmallerSteps() {
        assertThat(LearningRate.of(false, 2048)).isEqualTo(4.2e-4);
        assertThat(LearningRate.of(false, 576)).isEqualTo(1.5e-3); // SmolLM2-135M
        assertThat(LearningRate.of(false, 4096)).isEqualTo(2.1e-4); // Mistral 7B
        assertThat(LearningRate.of(false, 32)).isEqualTo(1.5e-3);
        assertThat(LearningRate.of(true, 576)).isEqualTo(1e-4);
    }

    @Test
    void aRunKeepsTheNumberItBeganWith() {
        Settings settled = TrainConfig.settled(train("auto", "lora"), 576);
        assertThat(settled.text("learning_rate", "")).isEqualTo("0.0015");
        assertThat(TrainConfig.from(settled).learningRate()).isEqualTo(1.5e-3);
        assertThat(TrainConfig.settled(settled, 4096).text("learning_rate", ""))
                .isEqualTo("0.0015");
        assertThat(TrainConfig.from(TrainConfig.settled(train("auto", "full"), 576)).learningRate())
                .isEqualTo(1e-4);
    }

    @Test
    void whatIsSetStaysAsItWasWritten() {
        assertThat(TrainConfig.settled(train("2e-4", "lora"), 576).text("learning_rate", ""))
                .isEqualTo("2e-4");
    }

    /// Runs from before the rate was settled say `auto`, and must go on with what that meant.
    @Test
    void oldRunsGoOnAsTheyBegan() {
        assertThat(TrainConfig.from(train("auto", "lora")).learningRate()).isEqualTo(5e-4);
        assertThat(TrainConfig.from(train("auto", "full")).learningRate()).isEqualTo(5e-5);
    }

    private static Settings train(String rate, String method) {
        return Settings.parse("learning_rate: " + rate + "\nmethod: " + method + "\n", "test");
    }
}
