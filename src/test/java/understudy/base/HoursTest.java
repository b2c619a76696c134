package understudy.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HoursTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Hours hours(String text) {
        return Hours.parse(text, "--hours");
    }

    /// 2026-11-23 is a Monday.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    18:00-23:00                | 2026-11-23T18:00 | true
                    18:00-23:00                | 2026-11-23T17:59 | false
                    18:00-23:00                | 2026-11-23T22:59 | true
                    18:00-23:00                | 2026-11-23T23:00 | false
                    22:00-06:00                | 2026-11-23T23:30 | true
                    22:00-06:00                | 2026-11-23T05:59 | true
                    22:00-06:00                | 2026-11-23T06:00 | false
                    22:00-06:00                | 2026-11-23T12:00 | false
                    0:00-24:00                 | 2026-11-23T00:00 | true
                    0:00-24:00                 | 2026-11-23T23:59 | true
                    8:00-9:00, 20:00-21:00     | 2026-11-23T20:30 | true
                    8:00-9:00, 20:00-21:00     | 2026-11-23T12:00 | false
                    mon-fri 18:00-23:00        | 2026-11-27T18:30 | true
                    mon-fri 18:00-23:00        | 2026-11-28T18:30 | false
                    fri-mon 10:00-11:00        | 2026-11-29T10:30 | true
                    fri-mon 10:00-11:00        | 2026-11-24T10:30 | false
                    sat 22:00-02:00            | 2026-11-29T01:00 | true
                    sat 22:00-02:00            | 2026-11-28T01:00 | false
                    SAT - sun 10:00 - 24:00    | 2026-11-28T23:59 | true
                    """)
    void knowsWhatIsInside(String text, LocalDateTime time, boolean inside) {
        assertThat(hours(text).contains(time.atZone(BERLIN))).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    18:00-23:00         | 2026-11-23T12:00:00 | PT6H
                    18:00-23:00         | 2026-11-23T17:59:30 | PT30S
                    18:00-23:00         | 2026-11-23T19:00:00 | PT0S
                    18:00-23:00         | 2026-11-23T23:00:00 | PT19H
                    mon 08:00-09:00     | 2026-11-23T09:00:00 | PT167H
                    sat-sun 10:00-11:00 | 2026-11-23T10:00:00 | PT120H
                    22:00-06:00         | 2026-11-23T06:00:00 | PT16H
                    """)
    void knowsHowLongUntilTheNext(String text, LocalDateTime time, Duration wait) {
        assertThat(hours(text).untilNext(time.atZone(BERLIN))).isEqualTo(wait);
    }

    /// In Berlin 02:00 to 03:00 is missing on 2026-03-29 and comes twice on 2026-10-25.
    @Test
    void followsTheClockOnTheWallWhenItIsChanged() {
        Hours night = hours("02:30-03:30");
        ZonedDateTime spring = ZonedDateTime.of(2026, 3, 29, 1, 59, 0, 0, BERLIN);
        assertThat(night.untilNext(spring)).isEqualTo(Duration.ofMinutes(1));
        assertThat(night.contains(spring.plusMinutes(1))).as("03:00").isTrue();
        assertThat(night.contains(spring.plusMinutes(31))).as("03:30").isFalse();

        Hours twice = hours("02:30-02:45");
        ZonedDateTime autumn = ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, BERLIN);
        assertThat(twice.contains(autumn)).isTrue();
        assertThat(twice.untilNext(autumn.plusMinutes(20))).isEqualTo(Duration.ofMinutes(40));
        assertThat(twice.contains(autumn.plusHours(1))).as("again").isTrue();

        Hours split = hours("01:30-02:15");
        assertThat(split.untilNext(autumn)).as("02:00 again").isEqualTo(Duration.ofMinutes(30));
    }

    /// The reference steps through the minutes.
    @Test
    void agreesWithSteppingThroughTheMinutes() {
        long seed = 20261125;
        Random random = new Random(seed);
        List<String> zones =
                List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata");
        List<String> days = List.of("", "mon ", "fri-sun ", "sun-tue ");
        for (int i = 0; i < 300; i++) {
            int from = random.nextInt(1440);
            int to = (from + 1 + random.nextInt(1400)) % 1440;
            String text =
                    days.get(random.nextInt(days.size()))
                            + "%d:%02d-%d:%02d".formatted(from / 60, from % 60, to / 60, to % 60);
            // around the days on which clocks change, and on others
            ZonedDateTime time =
                    LocalDateTime.of(2026, random.nextBoolean() ? 3 : 10, 1, 0, 0)
                            .plusMinutes(random.nextInt(60 * 24 * 35))
                            .atZone(ZoneId.of(zones.get(random.nextInt(zones.size()))));
            Hours hours = hours(text);
            ZonedDateTime step = time;
            while (!hours.contains(step)) {
                step = step.plusMinutes(1);
            }
            assertThat(hours.untilNext(time))
                    .as("%s from %s, seed %d", text, time, seed)
                    .isEqualTo(Duration.between(time, step));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "18:00",
                "18-23",
                "18:00-",
                "25:00-26:00",
                "10:60-11:00",
                "24:01-25:00",
                "18:00-18:00",
                "24:00-06:00",
                "xyz 18:00-23:00",
                "mon-xyz 18:00-23:00",
                "18:00-23:00,",
                "18:00-23:00;19:00-20:00",
                "mon",
                "-1:00-2:00",
                "mond 18:00-23:00"
            })
    void refusesWhatIsNoHours(String text) {
        assertThatThrownBy(() -> hours(text))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--hours");
    }
}
