package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

class TensorFileTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);

    @TempDir Path folder;

    private static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        tensor.contiguous().data_ptr_float().get(values);
        return values;
    }

    private Path write(Map<String, Tensor> tensors) throws Exception {
        Path file = folder.resolve("some.safetensors");
        try (OutputStream out = Files.newOutputStream(file)) {
            TensorFile.write(tensors, out);
        }
        return file;
    }

    @Test
    void everyBitComesBack() throws Exception {
        float[] values = {1, -0f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 1e-3f};
        try (PointerScope scope = new PointerScope()) {
            Tensor flat = F32.floats(values);
            // columns of a wider tensor are not contiguous
            Tensor part = flat.view(2, 3).narrow(1, 1, 2);
            Path file = write(Map.of("flat", flat, "part", part));
            Tensor flatAgain = F32.empty(6);
            Tensor partAgain = F32.empty(2, 2);
            assertThat(TensorFile.read(file, Map.of("flat", flatAgain, "part", partAgain)))
                    .isTrue();
            assertThat(floats(flatAgain)).isEqualTo(values);
            assertThat(floats(partAgain)).isEqualTo(floats(part));
        }
    }

    @Test
    void otherNamesChangeNothingAndOtherShapesAreRefused() throws Exception {
        try (PointerScope scope = new PointerScope()) {
            Path file = write(Map.of("a", F32.floats(new float[] {1, 2})));
            Tensor before = F32.floats(new float[] {3, 4});
            assertThat(TensorFile.read(file, Map.of("b", before))).isFalse();
            assertThat(TensorFile.read(file, Map.of("a", before, "b", before))).isFalse();
            assertThat(TensorFile.read(file, Map.of())).isFalse();
            assertThat(floats(before)).containsExactly(3, 4);
            assertThatThrownBy(() -> TensorFile.read(file, Map.of("a", F32.empty(3))))
                    .isInstanceOf(UserError.class);
        }
    }
}
