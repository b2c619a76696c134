package understudy.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// Native memory as nested scopes: what is made in a scope dies with it, unless handed out.
public final class Scopes {
    private Scopes() {}

    /// Runs `body` in a scope of its own and hands its result to the caller's scope.
    ///
    /// @param body must return a tensor it made itself: a weight that no scope holds would be freed
    ///     together with the caller's scope
    /// @throws IllegalStateException outside of any scope
    public static Tensor keep(Supplier<Tensor> body) {
        PointerScope callers = current();
        try (PointerScope inner = new PointerScope()) {
            Tensor result = body.get();
            callers.attach(result); // a second reference: survives the end of `inner`
            return result;
        }
    }

    /// Runs `body` in a scope of its own; everything made in it is freed.
    public static void run(Runnable body) {
        try (PointerScope inner = new PointerScope()) {
            body.run();
        }
    }

    /// Makes a native object outlive every scope; the caller frees it with `close()`.
    ///
    /// Constants need it too: one that is made while a scope is open dies with that scope.
    public static <P extends Pointer> P own(P object) {
        object.retainReference();
        return object;
    }

    /// Makes a tensor in a scope of its own that outlives every scope; freed with `close()`.
    public static Tensor owned(Supplier<Tensor> body) {
        try (PointerScope inner = new PointerScope()) {
            return own(body.get());
        }
    }

    /// The innermost open scope.
    public static PointerScope current() {
        PointerScope scope = PointerScope.getInnerScope();
        if (scope == null) {
            throw new IllegalStateException("no PointerScope is open");
        }
        return scope;
    }

    /// Number of native objects alive, for leak tests.
    public static long alive() {
        return Pointer.totalCount();
    }
}
