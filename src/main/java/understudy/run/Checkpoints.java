package understudy.run;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.PrivateFiles;

/// The checkpoints of a run: each complete and checksummed, or invisible.
///
/// ```
/// checkpoints/step-40/  manifest.json  state.json  and the trainer's own files
/// ```
///
/// A checkpoint grows in a folder with a temporary name. Every file is forced to disk, the
/// manifest comes last, the folder is forced, renamed, and its parent forced: after a power cut
/// there is the old state or the new one. The checkpoint before is never touched by a save.
///
/// Order is by step alone: file times lie when a clock jumps or a folder is copied. All methods
/// that change something are for the holder of the run's lock.
public final class Checkpoints {
    private static final String STATE = "state.json";
    private static final Pattern NAME = Pattern.compile("step-(\\d{1,9})");
    private static final String GROWING = ".growing-";
    private static final String TRASH = ".trash-";

    /// Stands aside while a checkpoint of the same step takes its place.
    private static final String REPLACED = ".replaced-";

    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private final Path folder;

    /// @param folder the run's `checkpoints/`; need not exist yet
    public Checkpoints(Path folder) {
        this.folder = folder;
    }

    /// Writes a checkpoint and makes it visible.
    ///
    /// @param files what fills each file, by plain file name
    /// @param state returned with the checkpoint when training goes on
    /// @throws IOException when the disk is full, say; every older checkpoint is then as it was
    public Checkpoint save(int step, Map<String, PrivateFiles.Body> files, JsonNode state)
            throws IOException {
        PrivateFiles.createFolders(folder);
        Path growing = Files.createTempDirectory(folder, GROWING); // mode 0700
        try {
            Map<String, Manifest.Entry> entries = new TreeMap<>();
            for (Map.Entry<String, PrivateFiles.Body> file : files.entrySet()) {
                String name = file.getKey();
                if (!FILE_NAME.matcher(name).matches() || name.equals(Manifest.FILE)) {
                    throw new IllegalArgumentException("not a name for a file: " + name);
                }
                entries.put(name, write(growing.resolve(name), file.getValue()));
            }
            byte[] text = Json.json().writeValueAsString(state).getBytes(StandardCharsets.UTF_8);
            entries.put(STATE, write(growing.resolve(STATE), out -> out.write(text)));
            Manifest manifest = Manifest.of(step, entries);
            write(growing.resolve(Manifest.FILE), out -> out.write(manifest.bytes()));
            PrivateFiles.forceFolder(growing);
            Path target = folder.resolve("step-" + step);
            publish(growing, target);
            return new Checkpoint(step, target, manifest.length(), state);
        } finally {
            remove(growing);
        }
    }

    private void publish(Path growing, Path target) throws IOException {
        Path aside = folder.resolve(REPLACED + target.getFileName());
        if (Files.exists(target)) {
            remove(aside);
            Files.move(target, aside);
        }
        PrivateFiles.publish(growing, target);
        remove(aside);
    }

    private static Manifest.Entry write(Path file, PrivateFiles.Body body) throws IOException {
        MessageDigest digest = Manifest.newSha256();
        try (FileChannel channel = PrivateFiles.append(file);
                OutputStream out =
                        new BufferedOutputStream(
                                new DigestOutputStream(Channels.newOutputStream(channel), digest),
                                1 << 16)) {
            body.writeTo(out);
            out.flush();
            channel.force(true);
            return new Manifest.Entry(channel.size(), HexFormat.of().formatHex(digest.digest()));
        }
    }

    /// The newest checkpoint whose every byte is as it was written.
    ///
    /// @param warn told, in one line each, what is wrong with the newer ones
    public Optional<Checkpoint> latestValid(Consumer<String> warn) throws IOException {
        for (int step : steps().reversed()) {
            Path path = folder.resolve("step-" + step);
            Manifest manifest = Manifest.read(path);
            String damage = damage(step, path, manifest, true);
            if (manifest != null && damage == null) {
                try {
                    JsonNode state = Json.json().readTree(path.resolve(STATE));
                    return Optional.of(new Checkpoint(step, path, manifest.length(), state));
                } catch (JacksonException e) {
                    damage = STATE + ": not JSON";
                }
            }
            warn.accept("checkpoint step-%d is damaged (%s)".formatted(step, damage));
        }
        return Optional.empty();
    }

    private static @Nullable String damage(
            int step, Path path, @Nullable Manifest manifest, boolean thorough) throws IOException {
        if (manifest == null || !manifest.files().containsKey(STATE)) {
            return Manifest.FILE + ": missing or damaged";
        }
        return manifest.step() == step
                ? manifest.damage(path, thorough)
                : Manifest.FILE + ": of another step";
    }

    /// Steps that have a checkpoint, complete or damaged, ascending.
    public List<Integer> steps() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(p -> NAME.matcher(p.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(m -> Integer.parseInt(m.group(1)))
                    .sorted()
                    .distinct()
                    .toList();
        }
    }

    /// Removes what is no longer needed, after a save.
    ///
    /// Steps after `current` go too: a run that fell back to an older checkpoint left them, and
    /// they must not count as newer than what it saves now.
    ///
    /// @param current the step just saved, which always stays
    /// @param newest  how many to keep, `current` included; damaged ones do not count
    /// @param best    a step to keep besides; may be one that has no checkpoint
    public void retain(int current, int newest, OptionalInt best) throws IOException {
        Set<Integer> keep = new HashSet<>();
        keep.add(current);
        best.ifPresent(keep::add);
        int left = newest - 1;
        for (int step : steps().reversed()) {
            Path path = folder.resolve("step-" + step);
            if (left > 0
                    && step < current
                    && damage(step, path, Manifest.read(path), false) == null) {
                keep.add(step);
                left--;
            }
        }
        for (int step : steps()) {
            if (!keep.contains(step) || step > current) {
                discard(folder.resolve("step-" + step));
            }
        }
    }

    /// Out of sight first, as removing takes time and a half-removed folder must not look alive.
    private void discard(Path checkpoint) throws IOException {
        Path trash = Files.createTempDirectory(folder, TRASH);
        Files.move(checkpoint, trash.resolve(checkpoint.getFileName().toString()));
        remove(trash);
    }

    /// Clears up after a process that was killed while it saved or removed; call at the start.
    public void sweep() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> hidden;
        try (Stream<Path> paths = Files.list(folder)) {
            hidden = paths.filter(p -> p.getFileName().toString().startsWith(".")).toList();
        }
        for (Path path : hidden) {
            String name = path.getFileName().toString();
            if (name.startsWith(REPLACED)) {
                Path target = folder.resolve(name.substring(REPLACED.length()));
                if (!Files.exists(target)) {
                    Files.move(path, target); // killed before the new one was there
                } else {
                    remove(path);
                }
            } else if (name.startsWith(GROWING) || name.startsWith(TRASH)) {
                remove(path);
            }
        }
    }

    private static void remove(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(tree)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
