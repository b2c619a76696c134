package understudy.run;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import understudy.base.Json;

/// `manifest.json`: what a checkpoint consists of. Written last, so a folder without it is none.
///
/// The file has one spelling only ([#bytes]) and a checksum of its own: reading it refuses anything
/// else, so that a flipped bit is neither overlooked nor blamed on one of the files.
///
/// @param version of this format
/// @param files   by name, sorted
/// @param sha256  of this manifest with an empty string in this place
@JsonPropertyOrder({"version", "step", "files", "sha256"})
record Manifest(int version, int step, Map<String, Entry> files, String sha256) {
    static final String FILE = "manifest.json";
    private static final int VERSION = 1;

    /// @param length bytes
    /// @param sha256 64 lower-case hex digits
    @JsonPropertyOrder({"length", "sha256"})
    record Entry(long length, String sha256) {}

    static Manifest of(int step, Map<String, Entry> files) {
        Manifest open = new Manifest(VERSION, step, new TreeMap<>(files), "");
        byte[] digest = newSha256().digest(open.bytes());
        return new Manifest(VERSION, step, open.files, HexFormat.of().formatHex(digest));
    }

    byte[] bytes() {
        return (Json.json().writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// @return null when `folder` has no manifest that is exactly as it was written
    static @Nullable Manifest read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            Manifest manifest = Json.json().readValue(bytes, Manifest.class);
            boolean exact =
                    manifest.version == VERSION
                            && manifest.files != null
                            && Arrays.equals(bytes, of(manifest.step, manifest.files).bytes());
            return exact ? manifest : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /// @param thorough whether to compare checksums too, which reads every byte
    /// @return the first thing wrong, such as `optimizer.safetensors: wrong checksum`; null if none
    @Nullable String damage(Path folder, boolean thorough) throws IOException {
        for (Map.Entry<String, Entry> each : files.entrySet()) {
            Path file = folder.resolve(each.getKey());
            if (!Files.isRegularFile(file)) {
                return each.getKey() + ": missing";
            }
            if (Files.size(file) != each.getValue().length()) {
                return each.getKey() + ": wrong length";
            }
            if (thorough && !sha256Of(file).equals(each.getValue().sha256())) {
                return each.getKey() + ": wrong checksum";
            }
        }
        return null;
    }

    private static String sha256Of(Path file) throws IOException {
        MessageDigest digest = newSha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {
                // the stream feeds the digest
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    long length() {
        return files.values().stream().mapToLong(Entry::length).sum();
    }
}
