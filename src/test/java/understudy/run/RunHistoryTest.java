package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
    private static RunEvent.Started started(int resumedFromStep) {
        return new RunEvent.Started(
                Instant.EPOCH, "b", "d", "r", "f32", "", 1, 1, 1, 9, 9, resumedFromStep);
    }

    private static RunEvent.StepDone step(int step, double loss) {
        return new RunEvent.StepDone(step, 0, step * 100L, loss, 0, 0, 1, 100);
    }

    private static RunHistory of(RunEvent... events) {
        return RunHistory.of(new EventLog.Contents(List.of(events), List.of()));
    }

    private static final RunEvent END = new RunEvent.Finished(2, 200, 2, 2, 1.0, 100);

    @Test
    void aResumeVoidsWhatCameAfterItsCheckpoint() {
        RunHistory history =
                of(
                        started(0),
                        step(1, 5),
                        step(2, 4),
                        new RunEvent.Validated(2, 3.5, true),
                        step(3, 3),
                        new RunEvent.Validated(3, 0.1, true),
                        started(2),
                        step(3, 2.5));
        assertThat(history.steps())
                .extracting(RunEvent.StepDone::loss)
                .containsExactly(5., 4., 2.5);
        assertThat(history.best().orElseThrow().step()).isEqualTo(2);
        assertThat(history.tokens()).isEqualTo(300);
        assertThat(history.seconds()).isEqualTo(3);
        assertThat(history.sessions()).hasSize(2);
    }

    @Test
    void ofEqualValidationsTheFirstIsBestAndNaNNeverIs() {
        assertThat(
                        of(
                                        new RunEvent.Validated(1, 2.0, true),
                                        new RunEvent.Validated(2, Double.NaN, false),
                                        new RunEvent.Validated(3, 2.0, false))
                                .best()
                                .orElseThrow()
                                .step())
                .isEqualTo(1);
    }

    @Test
    void theStateFollowsFromTheLastStartOrEndAndTheLock() {
        assertThat(of().state(false)).isEqualTo(RunState.INTERRUPTED);
        assertThat(of(started(0), step(1, 1)).state(true)).isEqualTo(RunState.RUNNING);
        assertThat(of(started(0), step(1, 1)).state(false)).isEqualTo(RunState.INTERRUPTED);
        assertThat(of(started(0), new RunEvent.Failed("x")).state(false))
                .isEqualTo(RunState.FAILED);
        assertThat(of(started(0), new RunEvent.Failed("x"), started(0)).state(true))
                .isEqualTo(RunState.RUNNING);
        assertThat(of(started(0), END).state(false)).isEqualTo(RunState.FINISHED);
        assertThat(of(started(0), END).state(true)).isEqualTo(RunState.FINISHED);
        assertThat(of(started(0), END, new RunEvent.Warned("late")).state(false))
                .isEqualTo(RunState.FINISHED);
    }
}
