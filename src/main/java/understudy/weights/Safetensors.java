package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import understudy.base.UserError;

/// Weights in the safetensors format: one file, or a folder with one file or with shards that
/// `model.safetensors.index.json` lists.
public final class Safetensors implements WeightFile {
    private static final String SINGLE = "model.safetensors";
    private static final String ADAPTER = "adapter_model.safetensors";

    /// One file with its header.
    private record Part(MappedFile file, SafetensorsHeader header) {}

    private final Path path;
    private final List<Part> parts;
    private final Map<String, Part> partOf;
    private final Map<String, TensorInfo> tensors;

    private Safetensors(Path path, List<Part> parts, Map<String, Part> partOf) {
        this.path = path;
        this.parts = parts;
        this.partOf = partOf;
        Map<String, TensorInfo> all = new LinkedHashMap<>();
        partOf.forEach((name, part) ->
                all.put(name, Objects.requireNonNull(part.header.tensors().get(name))));
        this.tensors = Collections.unmodifiableMap(all);
    }

    /// Opens and checks a file, or a folder's `model.safetensors`, shards or
    /// `adapter_model.safetensors`, looked for in this order.
    ///
    /// @throws UserError when nothing can be read or anything in it is wrong
    public static Safetensors open(Path fileOrFolder) {
        if (!Files.isDirectory(fileOrFolder)) {
            return single(fileOrFolder, fileOrFolder);
        }
        if (Files.exists(fileOrFolder.resolve(SINGLE))) {
            return single(fileOrFolder, fileOrFolder.resolve(SINGLE));
        }
        if (Files.exists(fileOrFolder.resolve(ShardIndex.FILE))) {
            return sharded(fileOrFolder);
        }
        if (Files.exists(fileOrFolder.resolve(ADAPTER))) {
            return single(fileOrFolder, fileOrFolder.resolve(ADAPTER));
        }
        throw noWeights(fileOrFolder);
    }

    /// The names of the files that [#open] would read in a folder; shards that an index names need
    /// not be there.
    ///
    /// @throws UserError when there are none, or the index is damaged
    public static Set<String> files(Path folder) {
        if (Files.exists(folder.resolve(SINGLE))) {
            return Set.of(SINGLE);
        }
        if (Files.exists(folder.resolve(ShardIndex.FILE))) {
            return new TreeSet<>(ShardIndex.read(folder).fileOf().values());
        }
        if (Files.exists(folder.resolve(ADAPTER))) {
            return Set.of(ADAPTER);
        }
        throw noWeights(folder);
    }

    private static UserError noWeights(Path folder) {
        return new UserError(
                "the folder holds no weights in the safetensors format",
                folder.toString(),
                "give a folder with " + SINGLE + " or " + ShardIndex.FILE);
    }

    private static Safetensors single(Path path, Path file) {
        Part part = part(file);
        Map<String, Part> partOf = new LinkedHashMap<>();
        part.header.tensors().keySet().forEach(name -> partOf.put(name, part));
        return new Safetensors(path, List.of(part), partOf);
    }

    private static Safetensors sharded(Path folder) {
        ShardIndex index = ShardIndex.read(folder);
        List<Part> parts = new ArrayList<>();
        try {
            Map<String, Part> byFile = new HashMap<>();
            Map<String, Part> partOf = new LinkedHashMap<>();
            index.fileOf()
                    .forEach((name, file) -> {
                        Part part = byFile.get(file);
                        if (part == null) {
                            part = part(folder.resolve(file));
                            parts.add(part);
                            byFile.put(file, part);
                        }
                        if (!part.header.tensors().containsKey(name)) {
                            throw index.damage()
                                    .in(
                                            "weight_map " + Damage.shown(name),
                                            "names " + file + ", which has no such tensor");
                        }
                        partOf.put(name, part);
                    });
            return new Safetensors(folder, parts, partOf);
        } catch (RuntimeException | Error e) {
            parts.forEach(part -> part.file.close());
            throw e;
        }
    }

    private static Part part(Path path) {
        Damage damage = new Damage(path, "safetensors");
        MappedFile file = MappedFile.open(damage);
        try {
            return new Part(file, SafetensorsHeader.read(file.bytes(), damage));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    @Override
    public Path path() {
        return path;
    }

    /// The key `__metadata__` of all files; usually only `format`.
    public Map<String, String> metadata() {
        Map<String, String> all = new LinkedHashMap<>();
        parts.forEach(part -> all.putAll(part.header.metadata()));
        return all;
    }

    /// The files read, one or all shards.
    public Stream<Path> files() {
        return parts.stream().map(part -> part.file.path());
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public MemorySegment bytes(String name) {
        TensorInfo info = tensor(name);
        Part part = Objects.requireNonNull(partOf.get(name));
        long offset = Objects.requireNonNull(part.header.offsets().get(name));
        return part.file.bytes().asSlice(offset, info.byteLength());
    }

    @Override
    public void release() {
        parts.forEach(part -> part.file.release());
    }

    @Override
    public void close() {
        parts.forEach(part -> part.file.close());
    }
}
