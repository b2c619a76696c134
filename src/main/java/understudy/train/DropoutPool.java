package understudy.train;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.model.DropoutMasks;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// Dropout masks as slices of one random vector.
///
/// Drawing a fresh mask for each input costs a seventh of a naive training step; a slice costs
/// nothing. Each mask begins at a place of its own, and the vector is drawn anew every
/// [#LIFETIME] steps. All of it is a function of seed, step, row, layer and site, so that the
/// backward pass and a resumed run get the same masks.
final class DropoutPool implements AutoCloseable {
    /// Steps a vector serves; drawing 8 million numbers takes about 30 ms.
    static final int LIFETIME = 8;

    /// Places for a mask to begin at.
    static final long SPARE = 4_000_000;

    private final Placement place;
    private final double probability;
    private final long seed;
    private final long size;
    private final Tensor values;
    private long drawnFor = -1;

    /// @param largest elements of the largest mask
    DropoutPool(Placement place, double probability, long largest, long seed) {
        this.place = place;
        this.probability = probability;
        this.seed = seed;
        this.size = largest + SPARE;
        this.values = Scopes.owned(() -> place.empty(size));
    }

    /// The masks of one row of one step.
    DropoutMasks of(int step, int row) {
        draw(step / LIFETIME);
        return (layer, site, rows, columns) -> {
            long length = rows * columns;
            if (length > size - SPARE) {
                throw new IllegalArgumentException("a mask of " + length + " is too large");
            }
            long key = mix(mix(mix(mix(seed, step), row), layer), site);
            long offset = Long.remainderUnsigned(key, size - length);
            return values.narrow(0, offset, length).view(rows, columns);
        };
    }

    private void draw(long period) {
        if (period == drawnFor) {
            return;
        }
        Scopes.run(() -> {
            Generator generator = torch.make_generator_cpu(mix(seed, period));
            Tensor kept =
                    Placement.cpu(place.type())
                            .empty(size)
                            .bernoulli_(1 - probability, new GeneratorOptional(generator));
            values.copy_(kept.mul_(new Scalar(1 / (1 - probability))));
        });
        drawnFor = period;
    }

    /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static long mix(long seed, long value) {
        long z = seed * 0x9E3779B97F4A7C15L + value + 0x632BE59BD9B4E019L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public void close() {
        values.close();
    }
}
