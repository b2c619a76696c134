package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FreedMemoryTest {
    /// Bytes; larger ones may get pages of their own, which go back without being asked for.
    private static final int PIECE = 1 << 16;

    private static final int PIECES = 10_000;

    /// Every second piece is freed, so that nothing lies at the end; gaps() itself counts what was
    /// given back still, so the system is asked.
    @Test
    void gapsGoBackToTheSystem() throws Exception {
        List<Tensor> held = new ArrayList<>();
        List<Tensor> freed = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
            Tensor piece =
                    Scopes.owned(() -> Placement.cpu(ComputeType.F32).zeros(PIECE / Float.BYTES));
            (i % 2 == 0 ? held : freed).add(piece);
        }
        freed.forEach(Tensor::close);
        assertThat(FreedMemory.gaps()).isGreaterThan((long) PIECES * PIECE / 3);
        long before = resident();
        FreedMemory.giveBack();
        assertThat(before - resident()).isGreaterThan(200L << 20);
        held.forEach(Tensor::close);
    }

    private static long resident() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
