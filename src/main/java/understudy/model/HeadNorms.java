package understudy.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// RMS norms of every head's query and of every head's key, before their positions turn them; all
/// heads share the weight `(D)` of their kind.
final class HeadNorms {
    private final RmsNorm queryNorm;
    private final RmsNorm keyNorm;
    private final int queryColumns;
    private final int keyColumns;
    private final int headSize;
    private final Placement place;

    HeadNorms(ModelConfig config, RmsNorm queryNorm, RmsNorm keyNorm, Placement place) {
        this.queryNorm = queryNorm;
        this.keyNorm = keyNorm;
        this.queryColumns = config.heads() * config.headSize();
        this.keyColumns = config.kvHeads() * config.headSize();
        this.headSize = config.headSize();
        this.place = place;
    }

    /// What the backward pass needs.
    ///
    /// @param queries before the norm, `(T·H,D)`
    /// @param keys    before the norm, `(T·K,D)`
    record Saved(Tensor queries, Tensor queryInverse, Tensor keys, Tensor keyInverse) {
        void attachTo(PointerScope scope) {
            scope.attach(queries);
            scope.attach(queryInverse);
            scope.attach(keys);
            scope.attach(keyInverse);
        }
    }

    /// Norms in place.
    ///
    /// @param qk `(T, at least (H+K)·D)`
    /// @return tensors in the caller's scope
    Saved forward(Tensor qk) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor queries = rows(qk, 0, queryColumns);
            RmsNorm.Normed normedQueries = queryNorm.forward(queries);
            put(qk, 0, queryColumns, normedQueries.y());
            Tensor keys = rows(qk, queryColumns, keyColumns);
            RmsNorm.Normed normedKeys = keyNorm.forward(keys);
            put(qk, queryColumns, keyColumns, normedKeys.y());
            Saved saved = new Saved(queries, normedQueries.inverse(), keys, normedKeys.inverse());
            saved.attachTo(callers);
            return saved;
        }
    }

    /// Replaces gradients of what [#forward] gave by those of what it got.
    ///
    /// @param dqk `(T, at least (H+K)·D)`
    void backward(Tensor dqk, Saved saved) {
        Scopes.run(() -> {
            Tensor dqueries = rows(dqk, 0, queryColumns);
            put(
                    dqk,
                    0,
                    queryColumns,
                    queryNorm.backward(dqueries, saved.queries, saved.queryInverse, null));
            Tensor dkeys = rows(dqk, queryColumns, keyColumns);
            put(
                    dqk,
                    queryColumns,
                    keyColumns,
                    keyNorm.backward(dkeys, saved.keys, saved.keyInverse, null));
        });
    }

    /// A copy of some columns, a row a head.
    private Tensor rows(Tensor qk, int from, int columns) {
        Tensor copy = place.empty(qk.size(0), columns);
        copy.copy_(qk.narrow(1, from, columns));
        return copy.view(-1, headSize);
    }

    private static void put(Tensor qk, int from, int columns, Tensor rows) {
        qk.narrow(1, from, columns).copy_(rows.view(-1, columns));
    }

    float[] queryNumbers() {
        return queryNorm.numbers();
    }

    float[] keyNumbers() {
        return keyNorm.numbers();
    }

    void close() {
        queryNorm.close();
        keyNorm.close();
    }
}
