package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import understudy.model.Adapter;
import understudy.model.KvCache;
import understudy.model.LanguageModel;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;

/// The decoder outside of libtorch as it runs on other processors than this one: in a JVM of its
/// own that is told to use narrower vectors, or none.
class OtherProcessorsTest {
    private static final double LARGEST = 1e-5;
    private static final int LONG = 24; // enough for the loops to be compiled

    /// What a JVM found.
    ///
    /// @param lanes  numbers in a vector; 0 without vectors
    /// @param digest of all logits of the longest text, to the bit
    private record Found(double largest, int lanes, String digest) {}

    private static Found judge(int threads, boolean vectors, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            boolean launchers = flag.matches("(-XX:|--enable|-Dorg).*");
            if (launchers || (vectors && flag.startsWith("--add-"))) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:+IgnoreUnrecognizedVMOptions"));
        command.addAll(List.of(flags));
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcessorsTest.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        String[] last = said.lines().reduce("", (before, line) -> line).split(" ");
        return new Found(Double.parseDouble(last[0]), Integer.parseInt(last[1]), last[2]);
    }

    @ParameterizedTest
    @CsvSource({"true, -XX:UseAVX=0, 4", "false, -XX:UseAVX=3, 0"})
    void withFewLanesOrNoneItIsAsInLibtorch(boolean vectors, String flag, int lanes)
            throws Exception {
        Found found = judge(2, vectors, flag);
        assertThat(found.lanes).isLessThanOrEqualTo(lanes);
        assertThat(found.largest).isLessThan(LARGEST);
    }

    @Test
    void withEightLanesItIsAsInLibtorchAndTheSameForAnyThreads() throws Exception {
        Found one = judge(1, true, "-XX:UseAVX=2");
        Found two = judge(2, true, "-XX:UseAVX=2", "-Dcompared=false");
        assertThat(one.lanes).isLessThanOrEqualTo(8);
        assertThat(one.largest).isLessThan(LARGEST);
        assertThat(two.digest).isEqualTo(one.digest);
    }

    /// Prints the largest difference to libtorch, relative to the largest logit where that is over
    /// 1, how many lanes a vector has, and a digest. Compares unless `compared` is false.
    public static void main(String[] arguments) throws Exception {
        boolean compared = Boolean.parseBoolean(System.getProperty("compared", "true"));
        Placement place = Placement.cpu(ComputeType.F32);
        double largest = 0;
        for (String name : compared ? List.of("gemma3", "qwen3") : List.<String>of()) {
            try (LanguageModel model = TinyModel.load(name, ComputeType.F32);
                    Adapter adapter = FusedDecoderTest.adapter(model, 4, 3)) {
                largest = Math.max(largest, FusedDecoderTest.difference(model, adapter, 21, 4));
            }
        }
        int digest = 0;
        for (Quantization form : Quantization.values()) {
            try (LanguageModel model = FusedDecoderTest.wide("llama", place, form);
                    Adapter adapter = FusedDecoderTest.adapter(model, 32, 4)) {
                if (compared) {
                    double found = FusedDecoderTest.difference(model, adapter, 30, LONG);
                    largest = Math.max(largest, found);
                }
                digest = 31 * digest + digest(model, adapter);
            }
        }
        System.out.printf("%s %d %08x%n", largest, lanes(), digest);
        System.exit(0); // libtorch's threads are not waited for
    }

    private static int digest(LanguageModel model, Adapter adapter) {
        FusedDecoder fused = new FusedDecoder(model);
        int digest = 0;
        try (KvCache cache = model.newCache()) {
            for (int id = 0; id < LONG; id++) {
                float[] logits =
                        fused.next(List.of(new FusedDecoder.Step(id, cache, adapter))).getFirst();
                digest = 31 * digest + Arrays.hashCode(logits);
            }
        }
        return digest;
    }

    private static int lanes() throws ReflectiveOperationException {
        if (!understudy.tensor.VectorApi.available()) {
            return 0;
        }
        Class<?> floats = Class.forName("jdk.incubator.vector.FloatVector");
        Object species = floats.getField("SPECIES_PREFERRED").get(null);
        Class<?> type = Class.forName("jdk.incubator.vector.VectorSpecies");
        return (int) type.getMethod("length").invoke(species);
    }
}
