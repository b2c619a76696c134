package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void nothingIsPromisedBeforeTheFirstStep() {
        assertThat(new Progress(0, 1000).left()).isEmpty();
        assertThat(new Progress(0, 1000).tokensPerSecond()).isEmpty();
    }

    @Test
    void theTokensBeforeAResumeDoNotMakeThisSessionLookFast() {
        Progress progress = new Progress(90_000, 100_000);
        progress.step(90_100, 1);
        progress.step(90_200, 1);
        assertThat(progress.tokensPerSecond()).contains(100.0);
        assertThat(progress.left().orElseThrow().likely()).isEqualTo(98);
    }

    @Test
    void theFirstStepWarmsUpAndIsForgotten() {
        Progress progress = new Progress(0, 10_000);
        progress.step(100, 60);
        assertThat(progress.left().orElseThrow().likely()).isEqualTo(99 * 60);
        progress.step(200, 1);
        assertThat(progress.left().orElseThrow().likely()).isEqualTo(98);
    }

    @Test
    void unevenStepsWidenTheRange() {
        Progress progress = new Progress(0, 10_000);
        for (int step = 1; step <= 20; step++) {
            progress.step(step * 100L, step % 2 == 0 ? 1 : 3);
        }
        Progress.Left left = progress.left().orElseThrow();
        assertThat(left.low()).isLessThan(left.high());
        assertThat(left.likely()).isBetween(left.low(), left.high());
    }

    @Test
    void pausesCountPerToken() {
        Progress progress = new Progress(0, 1000);
        progress.step(100, 1);
        progress.step(200, 1);
        progress.pause(2);
        assertThat(progress.left().orElseThrow().likely()).isEqualTo(800 * (0.01 + 0.01));
    }

    @Test
    void oddNumbersNeverMakeItNegative() {
        Progress progress = new Progress(500, 1000);
        progress.step(500, -5); // a clock that was set back
        progress.step(400, 1);
        progress.step(1200, 1);
        progress.pause(-100);
        Progress.Left left = progress.left().orElseThrow();
        assertThat(left.low()).isZero();
        assertThat(left.high()).isZero();
        assertThat(progress.share()).isEqualTo(1);
    }

    @Test
    void timeIsSaidInTheUnitThatFits() {
        assertThat(new Progress.Left(40.2, 40, 40).words()).isEqualTo("40 s");
        assertThat(new Progress.Left(600, 720, 840).words()).isEqualTo("12 min (10 to 14)");
        assertThat(new Progress.Left(7200, 9000, 10_800).words()).isEqualTo("2.5 h (2.0 to 3.0)");
    }
}
