package understudy.model;

import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// What the two kinds of layers see; made only for the kinds that a model has.
///
/// @param global of layers that see everything before; null where there are none
/// @param local  of layers with a window; null where there are none
record Sights(@Nullable Sight global, @Nullable Sight local) {
    Sight of(boolean localLayer) {
        Sight sight = localLayer ? local : global;
        if (sight == null) {
            throw new IllegalStateException("the model has no such layers");
        }
        return sight;
    }

    /// Makes sights for a model, and keeps the masks of whole rows.
    static final class Maker implements AutoCloseable {
        private final @Nullable Kind global;
        private final @Nullable Kind local;

        Maker(ModelConfig config, Placement place) {
            int size = config.headSize();
            int locals = config.local().layers().cardinality();
            this.global = locals < config.layers() ? new Kind(config.rope(), 0, size, place) : null;
            this.local =
                    locals > 0
                            ? new Kind(config.local().rope(), config.window(), size, place)
                            : null;
        }

        /// The rotation for the layers of one kind.
        Rope rope(boolean localLayer) {
            Kind kind = localLayer ? local : global;
            if (kind == null) {
                throw new IllegalStateException("the model has no such layers");
            }
            return kind.rope;
        }

        /// Of a row of conversations; angles in the caller's scope.
        ///
        /// @param positions of each token in its conversation
        /// @param longest   tokens of the longest conversation
        Sights ofRow(int[] positions, int longest) {
            return sights(positions, kind -> () -> kind.whole(longest));
        }

        /// Of new tokens of one conversation; in the caller's scope.
        ///
        /// @param past   tokens before the first new one
        /// @param places of the cache that are looked at, at least past + new tokens
        Sights ofStep(int[] positions, int past, int places) {
            return sights(
                    positions,
                    kind -> {
                        Tensor mask = kind.mask(past, positions.length, places); // for every layer
                        return () -> mask;
                    });
        }

        private Sights sights(int[] positions, Function<Kind, Supplier<Tensor>> masks) {
            return new Sights(sight(global, positions, masks), sight(local, positions, masks));
        }

        private static @Nullable Sight sight(
                @Nullable Kind kind, int[] positions, Function<Kind, Supplier<Tensor>> masks) {
            return kind == null ? null : new Sight(kind.rope.at(positions), masks.apply(kind));
        }

        @Override
        public void close() {
            for (Kind kind : new Kind[] {global, local}) {
                if (kind != null) {
                    kind.close();
                }
            }
        }
    }

    /// One kind of layers.
    private static final class Kind implements AutoCloseable {
        private final int window; // tokens; 0 for all
        private final Rope rope;
        private final Placement place;
        private @Nullable Tensor whole; // (L,L)

        Kind(RopeConfig rope, int window, int headSize, Placement place) {
            this.window = window;
            this.rope = new Rope(rope, headSize, place);
            this.place = place;
        }

        /// For whole rows, kept until a longer one is needed.
        Tensor whole(int longest) {
            Tensor mask = whole;
            if (mask == null || mask.size(0) < longest) {
                if (mask != null) {
                    mask.close();
                }
                mask = Scopes.owned(() -> mask(0, longest, longest));
                whole = mask;
            }
            return mask;
        }

        /// `(c,n)`: 0 where new token i sees token j, minus infinity elsewhere.
        ///
        /// @param past tokens before the first new one
        /// @param n    at least past + c; what lies behind is not seen
        Tensor mask(int past, int c, int n) {
            Scalar never = new Scalar(Double.NEGATIVE_INFINITY);
            Tensor mask = place.empty(c, n).fill_(never).triu_(past + 1L);
            if (window > 0 && past + c > window) {
                Tensor outside = place.empty(c, n).fill_(never);
                mask.add_(outside.tril_((long) past - window));
            }
            return mask;
        }

        @Override
        public void close() {
            rope.close();
            if (whole != null) {
                whole.close();
            }
        }
    }
}
