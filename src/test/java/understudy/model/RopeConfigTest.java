package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RopeConfigTest {
    private static RopeConfig of(RopeConfig.Scaling scaling, double factor) {
        return new RopeConfig(500_000, scaling, factor, 1, 4, 8192, new float[0]);
    }

    @Test
    void plainSpeedsAreAGeometricSeries() {
        double[] speeds = RopeConfig.plain(10_000).speeds(8);
        assertThat(speeds).hasSize(4);
        double[] expected = {1, 0.1, 0.01, 0.001};
        for (int i = 0; i < 4; i++) {
            assertThat(speeds[i]).isCloseTo(expected[i], within(1e-15));
        }
    }

    @Test
    void linearScalingSlowsEveryPair() {
        double[] plain = RopeConfig.plain(500_000).speeds(64);
        double[] slow = of(RopeConfig.Scaling.LINEAR, 4).speeds(64);
        for (int i = 0; i < plain.length; i++) {
            assertThat(slow[i]).isCloseTo(plain[i] / 4, within(1e-15));
        }
    }

    /// In wave lengths, as the rule is usually told: long waves are stretched by 8, short ones
    /// kept, those between 2,048 and 8,192 tokens blended.
    @Test
    void llama3ScalingKeepsShortWavesAndStretchesLongOnes() {
        double[] speeds = of(RopeConfig.Scaling.LLAMA3, 8).speeds(128);
        int blended = 0;
        for (int i = 0; i < 64; i++) {
            double plain = 1 / Math.pow(500_000, i / 64.0);
            double wave = 2 * Math.PI / plain;
            double expected;
            if (wave > 8192) {
                expected = plain / 8;
            } else if (wave < 2048) {
                expected = plain;
            } else {
                double share = (8192 / wave - 1) / 3;
                expected = share * plain + (1 - share) * plain / 8;
                blended++;
            }
            assertThat(speeds[i]).as("pair %d", i).isCloseTo(expected, within(1e-12 * plain));
        }
        assertThat(blended).isBetween(1, 20);
    }

    @Test
    void divisorsOfAFileSlowTheirPairs() {
        double[] plain = RopeConfig.plain(10_000).speeds(4);
        double[] divided = RopeConfig.plain(10_000).dividedBy(new float[] {1, 8}).speeds(4);
        assertThat(divided).containsExactly(plain[0], plain[1] / 8);
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> of(RopeConfig.Scaling.LINEAR, factor))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (double theta : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> RopeConfig.plain(theta))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() ->
                        new RopeConfig(1e4, RopeConfig.Scaling.LLAMA3, 8, 4, 4, 8192, new float[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RopeConfig.plain(1e4).dividedBy(new float[] {1, 0}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
