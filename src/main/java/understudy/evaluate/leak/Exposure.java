package understudy.evaluate.leak;

/// How much a model gives away of a planted secret, in bits, after Carlini et al., The Secret
/// Sharer (USENIX Security 2019): `log2 |R| - log2 rank`, the rank of the secret among all of R,
/// itself included, when they are ordered by how little they surprise the model.
public final class Exposure {
    /// What a secret that was never seen has in the mean: its rank is anything, equally likely, and
    /// the mean of `-log2` over 0 to 1 is 1 / ln 2.
    public static final double CHANCE = 1 / Math.log(2);

    private Exposure() {}

    /// @param loss       of the secret, nats
    /// @param references losses of other secrets of the same form, drawn at random
    /// @return 0 to `log2(references.length + 1)`; ties count half
    public static double bits(double loss, double[] references) {
        double rank = 1;
        for (double reference : references) {
            rank += reference < loss ? 1 : reference == loss ? 0.5 : 0;
        }
        return most(references.length) - Math.log(rank) / Math.log(2);
    }

    /// The most that so many references can show.
    public static double most(int references) {
        return Math.log(references + 1.0) / Math.log(2);
    }
}
