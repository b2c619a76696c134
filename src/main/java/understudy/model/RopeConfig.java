package understudy.model;

import understudy.base.UserError;

/// Rotary positions: how fast each pair of a head turns with the position.
///
/// @param theta          base of the geometric series of speeds
/// @param scaling        how the speeds are changed for long contexts
/// @param factor         by how much the context was stretched; 1 without scaling
/// @param lowFactor      Llama 3: waves longer than `original/lowFactor` are stretched whole
/// @param highFactor     Llama 3: waves shorter than `original/highFactor` are left alone
/// @param original       Llama 3: context length before stretching
/// @param speedDivisors  per pair, from a GGUF file (`rope_freqs.weight`); empty for none
public record RopeConfig(
        double theta,
        Scaling scaling,
        double factor,
        double lowFactor,
        double highFactor,
        double original,
        float[] speedDivisors) {

    /// Ways to stretch a context.
    public enum Scaling {
        NONE,
        LINEAR,
        LLAMA3
    }

    public RopeConfig {
        positive("rope theta", theta);
        positive("rope factor", factor);
        positive("low_freq_factor", lowFactor);
        positive("high_freq_factor", highFactor);
        positive("original context length", original);
        if (scaling == Scaling.LLAMA3 && highFactor <= lowFactor) {
            throw new IllegalArgumentException(
                    "rope frequency factors " + lowFactor + " and " + highFactor);
        }
        for (float divisor : speedDivisors) {
            positive("rope divisor", divisor);
        }
    }

    private static void positive(String what, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(what + " " + value);
        }
    }

    static RopeConfig plain(double theta) {
        return new RopeConfig(theta, Scaling.NONE, 1, 1, 1, 1, new float[0]);
    }

    static RopeConfig linear(double theta, double factor) {
        return new RopeConfig(theta, Scaling.LINEAR, factor, 1, 1, 1, new float[0]);
    }

    static UserError unknown(String where) {
        return new UserError(
                "this way of stretching the context cannot be run",
                where,
                "choose another model; see `understudy model list`");
    }

    RopeConfig dividedBy(float[] divisors) {
        return new RopeConfig(theta, scaling, factor, lowFactor, highFactor, original, divisors);
    }

    /// Angle a position, in radians, of each pair of a head.
    ///
    /// The Llama 3 rule is that of Meta's model card code: between the two wave lengths the speed
    /// is blended linearly in `original / wavelength`.
    ///
    /// @return headSize/2 speeds
    double[] speeds(int headSize) {
        double[] speeds = new double[headSize / 2];
        for (int i = 0; i < speeds.length; i++) {
            double speed = Math.pow(theta, -2.0 * i / headSize);
            if (speedDivisors.length == speeds.length) {
                speed /= speedDivisors[i];
            }
            speeds[i] =
                    switch (scaling) {
                        case NONE -> speed;
                        case LINEAR -> speed / factor;
                        case LLAMA3 -> stretched(speed);
                    };
        }
        return speeds;
    }

    private double stretched(double speed) {
        double turns = original * speed / (2 * Math.PI);
        if (turns < lowFactor) {
            return speed / factor;
        }
        if (turns > highFactor) {
            return speed;
        }
        double smooth = (turns - lowFactor) / (highFactor - lowFactor);
        return (1 - smooth) * speed / factor + smooth * speed;
    }
}
