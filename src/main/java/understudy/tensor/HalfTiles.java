package understudy.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Multiplies of small matrices of bf16 with sums in f32, on the calling thread: oneDNN's
/// micro-kernels, which libtorch hands out as `at::native::cpublas::brgemm`.
///
/// The Vector API has no bf16, and f32 has half the rate. JavaCPP does not name the function, so
/// it is called by the name that a C++ compiler gives it on Linux; where there is none, or the
/// processor multiplies no bf16, [#available] says so. A kernel is compiled once a thread for
/// every set of sizes and distances, so those should be few.
final class HalfTiles {
    private static final String MULTIPLY =
            "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb";
    private static final String SUPPORTED = "_ZN2at3cpu24is_avx512_bf16_supportedEv";

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfBoolean BOOLEAN = ValueLayout.JAVA_BOOLEAN;

    private static final @Nullable MethodHandle CALL = find();

    private HalfTiles() {}

    /// Whether [#multiply] may be called.
    static boolean available() {
        return CALL != null;
    }

    private static @Nullable MethodHandle find() {
        // told to use fewer instructions, the function throws what Java cannot catch
        if (!VectorApi.available()
                || RowCodec.WIDTH != 16
                || System.getenv("ONEDNN_MAX_CPU_ISA") != null
                || System.getenv("DNNL_MAX_CPU_ISA") != null) {
            return null;
        }
        Libtorch.start();
        String loaded = Loader.load(torch.class);
        Path library = Path.of(loaded == null ? "" : loaded).resolveSibling("libtorch_cpu.so");
        if (!Files.isRegularFile(library)) {
            return null;
        }
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        Optional<MemorySegment> multiply = symbols.find(MULTIPLY);
        Optional<MemorySegment> supported = symbols.find(SUPPORTED);
        if (multiply.isEmpty() || supported.isEmpty() || !yes(supported.get())) {
            return null;
        }
        return Linker.nativeLinker()
                .downcallHandle(
                        multiply.get(),
                        FunctionDescriptor.ofVoid(
                                LONG, LONG, LONG, LONG, LONG, LONG, BOOLEAN, LONG, LONG, LONG,
                                BOOLEAN));
    }

    private static boolean yes(MemorySegment question) {
        try {
            return (boolean)
                    Linker.nativeLinker()
                            .downcallHandle(question, FunctionDescriptor.of(BOOLEAN))
                            .invokeExact();
        } catch (Throwable e) {
            return false;
        }
    }

    /// `C = A·B`, or `C = C + A·B`, all by address; number by number where [#available] says no.
    ///
    /// @param a   `(m,k)` in bf16, rows `lda` numbers apart
    /// @param b   `(k,n)` in bf16 in pairs of rows: `(k/2,n,2)`, pairs of rows `ldb` pairs apart
    /// @param c   `(m,n)` in f32, rows `ldc` numbers apart
    /// @param k   even
    static void multiply(
            boolean plus, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        MethodHandle call = CALL;
        if (call == null) {
            plain(plus, m, n, k, a, lda, b, ldb, c, ldc);
            return;
        }
        try {
            call.invokeExact(
                    (long) m,
                    (long) n,
                    (long) k,
                    (long) lda,
                    (long) ldb,
                    (long) ldc,
                    plus,
                    a,
                    b,
                    c,
                    true);
        } catch (Throwable e) {
            throw new IllegalStateException("a multiply of tiles failed", e);
        }
    }

    /// The same in plain loops, right everywhere and no faster than that.
    static void plain(
            boolean plus, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                long to = c + 4 * ((long) row * ldc + column);
                float sum = plus ? Native.ALL.get(Native.FLOAT, to) : 0;
                for (int i = 0; i < k; i++) {
                    long pair = b + 4 * ((long) (i / 2) * ldb + column) + i % 2 * 2L;
                    sum += number(a + 2 * ((long) row * lda + i)) * number(pair);
                }
                Native.ALL.set(Native.FLOAT, to, sum);
            }
        }
    }

    private static float number(long at) {
        return Float.intBitsToFloat(Native.ALL.get(Native.SHORT, at) << 16);
    }
}
