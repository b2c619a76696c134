package understudy.export;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.base.PrivateFiles;
import understudy.model.StoredWeights;
import understudy.model.StoredWeights.Weight;
import understudy.tensor.Scopes;
import understudy.tensor.TensorFile;
import understudy.tensor.WeightTensors;
import understudy.weights.Gguf;
import understudy.weights.GgufWriter;
import understudy.weights.Quantizer;
import understudy.weights.WeightType;

/// An adapter as a GGUF file, as llama.cpp's `convert_lora_to_gguf` writes it: A `(r,I)` and B
/// `(O,r)` in F32 under the name of the weight with `.lora_a` and `.lora_b`, the rows of B in the
/// order of the weight's own rows.
final class LoraGguf {
    private static final String A = ".lora_a";
    private static final String B = ".lora_b";

    private LoraGguf() {}

    /// @param model   the base's folder or .gguf file
    /// @param adapter PEFT folder
    /// @param name    of the adapter, for people
    static void write(Path model, Path adapter, String name, Path target) throws IOException {
        try (StoredWeights base = StoredWeights.open(model);
                LoraFactors lora = new LoraFactors(adapter)) {
            GgufWriter out = new GgufWriter();
            out.string("general.type", "adapter");
            out.string("general.architecture", base.config().family().ggufArchitecture());
            out.string("general.name", name).string("adapter.type", "lora");
            out.f32("adapter.lora.alpha", lora.config().alpha());
            out.u32("general.file_type", 0).u32("general.quantization_version", 2);
            int found = 0;
            for (Weight weight : base.all()) {
                if (lora.changes(weight)) {
                    add(out, lora, weight);
                    found++;
                }
            }
            if (found != lora.layers().size()) {
                throw lora.other();
            }
            out.write(target);
        }
    }

    private static void add(GgufWriter out, LoraFactors lora, Weight weight) {
        long rank = lora.config().rank();
        long[] shapeA = {rank, weight.columns()};
        out.add(
                weight.gguf() + A,
                WeightType.F32,
                shapeA,
                body -> write(() -> lora.factorA(weight), body));
        long[] shapeB = {weight.rows(), rank};
        out.add(
                weight.gguf() + B,
                WeightType.F32,
                shapeB,
                body -> write(() -> MergedWeights.asGguf(lora.factorB(weight), weight), body));
    }

    private static void write(Supplier<Tensor> factor, OutputStream body) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor floats = factor.get().contiguous();
            byte[] bytes = new byte[Math.toIntExact(4 * floats.numel())];
            Quantizer.fromFloats(
                    WeightType.F32, WeightTensors.memory(floats), MemorySegment.ofArray(bytes));
            body.write(bytes);
        }
    }

    /// Makes a PEFT folder of what the GGUF file holds, to be judged as the file is.
    ///
    /// @param adapter the PEFT folder that it was made from: its config, and its names
    static void readBack(Path gguf, Path model, Path adapter, Path folder) throws IOException {
        PrivateFiles.createFolders(folder);
        try (StoredWeights base = StoredWeights.open(model);
                LoraFactors lora = new LoraFactors(adapter);
                Gguf file = Gguf.open(gguf);
                PointerScope scope = new PointerScope()) {
            Map<String, Tensor> factors = new LinkedHashMap<>();
            for (Weight weight : base.all()) {
                if (lora.changes(weight)) {
                    String stored = lora.layers().get(weight.layer());
                    long rank = lora.config().rank();
                    factors.put(
                            stored + LoraFactors.A,
                            WeightTensors.view(file, weight.gguf() + A, rank, weight.columns()));
                    factors.put(
                            stored + LoraFactors.B,
                            ofGguf(
                                    WeightTensors.view(
                                            file, weight.gguf() + B, weight.rows(), rank),
                                    weight));
                }
            }
            PrivateFiles.write(
                    folder.resolve("adapter_model.safetensors"),
                    out -> TensorFile.write(factors, out));
        }
        byte[] config = Files.readAllBytes(adapter.resolve("adapter_config.json"));
        PrivateFiles.write(folder.resolve("adapter_config.json"), out -> out.write(config));
    }

    /// The way back from [MergedWeights#asGguf].
    private static Tensor ofGguf(Tensor rows, Weight weight) {
        int head = weight.pairedRows();
        if (head == 0) {
            return rows;
        }
        return Scopes.keep(() ->
                rows.to(torch.ScalarType.Float)
                        .view(weight.rows() / head, head / 2, 2, -1)
                        .transpose(1, 2)
                        .reshape(weight.rows(), -1)
                        .contiguous());
    }
}
