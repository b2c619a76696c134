package understudy.tensor;

/// Dropout on the way back.
final class MaskKernel {
    private MaskKernel() {}

    /// `sum + part ∘ mask`, in place.
    ///
    /// @param from first vector
    /// @param to   behind the last vector
    static void add(Lanes lanes, long sum, long part, long mask, long from, long to) {
        for (long i = from; i < to; i++) {
            long at = i * Lanes.WIDTH;
            lanes.store(
                    lanes.load(part, at).fma(lanes.load(mask, at), lanes.load(sum, at)), sum, at);
        }
    }
}
