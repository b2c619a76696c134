package understudy.tensor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Starts libtorch once a process.
public final class Libtorch {
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private Libtorch() {}

    /// Loads the native libraries and fixes the number of threads; later calls do nothing.
    ///
    /// @throws UserError where the natives of this platform are missing or do not load
    public static void start() {
        if (!STARTED.compareAndSet(false, true)) {
            return;
        }
        try {
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new UserError(
                    "the native engine (libtorch) does not load on this machine",
                    System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                    "use 64-bit Linux, Windows, or macOS on Apple silicon; then build again",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
        String threads = System.getenv("OMP_NUM_THREADS");
        torch.set_num_threads(
                threads != null && threads.matches("[1-9][0-9]{0,2}")
                        ? Integer.parseInt(threads)
                        : Runtime.getRuntime().availableProcessors());
    }

    public static int threads() {
        start();
        return torch.get_num_threads();
    }

    public static boolean cudaAvailable() {
        start();
        return torch.cuda_is_available();
    }

    /// The device that `name` means.
    ///
    /// @param name `cpu`, `cuda`, or `auto` for CUDA where this build and machine have it
    /// @return outlives every scope
    public static Device device(String name) {
        start();
        boolean cuda = !name.equals("cpu") && cudaAvailable();
        if (name.equals("cuda") && !cuda) {
            throw new UserError(
                    "no CUDA device can be used",
                    "--device cuda",
                    "build with `mvn -Pcuda package` on a machine with an NVIDIA GPU, or leave it"
                            + " out");
        }
        return Scopes.own(new Device(cuda ? "cuda:0" : "cpu"));
    }
}
