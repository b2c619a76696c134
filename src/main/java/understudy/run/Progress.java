package understudy.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// How fast this session goes and how long the rest will take.
///
/// Only steps of this session count: what a run did before it was resumed may have been on
/// another machine, and dividing its tokens by this session's seconds promises seconds where
/// hours are due. The clock is never asked; a step brings its own duration.
public final class Progress {
    /// Steps that the speed is taken from.
    private static final int WINDOW = 50;

    private final long plannedTokens;
    private final long tokensAtStart;
    private final Deque<Double> secondsPerToken = new ArrayDeque<>();
    private long tokens;
    private double pauses;
    private int steps;

    /// @param tokensAtStart of the run when this session began
    /// @param plannedTokens of the run at its end
    public Progress(long tokensAtStart, long plannedTokens) {
        this.tokensAtStart = tokensAtStart;
        this.plannedTokens = plannedTokens;
        this.tokens = tokensAtStart;
    }

    /// A step is done.
    ///
    /// @param tokensSoFar trained in the whole run
    /// @param seconds     of this step alone
    public void step(long tokensSoFar, double seconds) {
        long done = tokensSoFar - tokens;
        tokens = tokensSoFar;
        steps++;
        if (done <= 0 || !(seconds > 0)) {
            return;
        }
        if (steps == 2) {
            secondsPerToken.clear(); // the first step also warms the machine up
        }
        secondsPerToken.addLast(seconds / done);
        if (secondsPerToken.size() > WINDOW) {
            secondsPerToken.removeFirst();
        }
    }

    /// Time between steps, such as for a validation or a checkpoint.
    public void pause(double seconds) {
        pauses += Math.max(0, seconds);
    }

    /// Median over the last steps; empty before the first.
    public Optional<Double> tokensPerSecond() {
        return secondsPerToken.isEmpty() ? Optional.empty() : Optional.of(1 / quantile(0.5));
    }

    /// Share of the planned tokens that are done, 0 to 1.
    public double share() {
        return plannedTokens <= 0 ? 1 : Math.clamp((double) tokens / plannedTokens, 0, 1);
    }

    /// The time left; empty before the first step.
    public Optional<Left> left() {
        if (secondsPerToken.isEmpty()) {
            return Optional.empty();
        }
        long remaining = Math.max(0, plannedTokens - tokens);
        double between = pauses / Math.max(1, tokens - tokensAtStart);
        return Optional.of(
                new Left(
                        remaining * (quantile(0.1) + between),
                        remaining * (quantile(0.5) + between),
                        remaining * (quantile(0.9) + between)));
    }

    private double quantile(double share) {
        double[] sorted =
                secondsPerToken.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    /// Seconds left, none negative.
    ///
    /// @param low    if all goes like the fastest tenth of the steps
    /// @param likely like the median step
    /// @param high   like the slowest tenth
    public record Left(double low, double likely, double high) {

        /// Such as `12 min (11 to 14)`, or `40 s` where the range says nothing more.
        public String words() {
            boolean hours = likely >= 2 * 3600;
            boolean minutes = likely >= 100;
            double unit = hours ? 3600 : minutes ? 60 : 1;
            String name = hours ? " h" : minutes ? " min" : " s";
            String from = number(low / unit, hours);
            String to = number(high / unit, hours);
            String range = from.equals(to) ? "" : " (" + from + " to " + to + ")";
            return number(likely / unit, hours) + name + range;
        }

        private static String number(double value, boolean hours) {
            return hours
                    ? Double.toString(Math.round(value * 10) / 10.0)
                    : Long.toString(Math.round(value));
        }
    }
}
