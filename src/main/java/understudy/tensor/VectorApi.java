package understudy.tensor;

/// Makes the Vector API (module `jdk.incubator.vector`) usable, where this JVM has it.
///
/// `--add-modules` would do the same, but prints a warning at every start of the program. The
/// JVM's own agents load modules in this way; where the door is closed, because a flag of the
/// launcher is missing, the scalar code does the work.
public final class VectorApi {
    private static final boolean AVAILABLE = load();

    private VectorApi() {}

    /// Whether classes that use vectors may be touched.
    public static boolean available() {
        return AVAILABLE;
    }

    private static boolean load() {
        String name = "jdk.incubator.vector";
        if (ModuleLayer.boot().findModule(name).isPresent()) {
            return true;
        }
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, name);
            Class.forName("jdk.incubator.vector.FloatVector");
            return true;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            return false;
        }
    }
}
