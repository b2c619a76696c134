package understudy.serve.guard;

import java.util.Locale;

/// What writing takes, estimated from the processor's time.
///
/// The process's own processor seconds are known exactly; the watts are a guess of the person's.
/// What the machine takes while it does nothing, its memory and its screen are not in it, nor what
/// another server takes that the texts are fetched from.
///
/// @param watts of one core that computes
/// @param price of a kilowatt-hour, in any currency; 0 where it is not to be shown
public record Cost(double watts, double price) {
    /// Desktop processors are sold with 65 to 125 W for six to eight cores.
    public static final double WATTS = 15;

    private static final double JOULES_PER_KWH = 3_600_000;

    /// Kilowatt-hours.
    public double energy(double cpuSeconds) {
        return cpuSeconds * watts / JOULES_PER_KWH;
    }

    public double money(double cpuSeconds) {
        return energy(cpuSeconds) * price;
    }

    /// One line for people.
    ///
    /// @param tokens read and written
    public String summary(double cpuSeconds, long tokens) {
        StringBuilder line = new StringBuilder();
        line.append(
                String.format(
                        Locale.ROOT,
                        "%,d tokens in %,.0f processor seconds: about %.3g Wh at %.3g W a core",
                        tokens,
                        cpuSeconds,
                        1000 * energy(cpuSeconds),
                        watts));
        if (price > 0) {
            line.append(String.format(Locale.ROOT, ", %.2g", money(cpuSeconds)));
            if (tokens > 0) {
                double each = 1000 * money(cpuSeconds) / tokens;
                line.append(String.format(Locale.ROOT, " (%.2g for 1,000 tokens)", each));
            }
        }
        return line.toString();
    }
}
