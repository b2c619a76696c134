package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// A file that a disk, an editor or a stranger has changed.
///
/// @param name      what became of it
/// @param change    its bytes before to its bytes after
/// @param refusedBy commands that need the file, and must say so
record Damage(String name, Path file, UnaryOperator<byte[]> change, List<List<String>> refusedBy) {
    static final List<String> TRAIN =
            List.of("train", "--max-tokens=500", "--set=compute_type=f32");
    static final List<String> EVALUATE = List.of("evaluate", "--scores-only");
    static final List<String> CHAT = List.of("chat", "--prompt=hi", "--max-tokens=3", "--to=Kim");

    /// What a change gives that removes the file.
    private static final byte[] GONE = new byte[0];

    String title() {
        return file.getFileName() + ": " + name;
    }

    /// What can become of any file, by name.
    static Map<String, UnaryOperator<byte[]>> ways() {
        Map<String, UnaryOperator<byte[]>> ways = new LinkedHashMap<>();
        ways.put("noise", Damage::noise);
        ways.put("half", old -> Arrays.copyOf(old, old.length / 2));
        ways.put("empty", old -> new byte[0]);
        ways.put("gone", old -> GONE);
        ways.put("list", text("[1, 2, 3]\n"));
        ways.put("null", text("null\n"));
        ways.put("deep", text("[".repeat(100_000)));
        return ways;
    }

    static byte[] noise(byte[] old) {
        byte[] bytes = new byte[3_000];
        new SplittableRandom(11).nextBytes(bytes);
        return bytes;
    }

    static UnaryOperator<byte[]> text(String text) {
        return old -> text.getBytes(StandardCharsets.UTF_8);
    }

    /// @param what a regular expression that the file must have
    static UnaryOperator<byte[]> replaced(String what, String by) {
        return old -> {
            String text = new String(old, StandardCharsets.UTF_8);
            String other = text.replaceFirst(what, by);
            assertThat(other).as("%s is in the file", what).isNotEqualTo(text);
            return other.getBytes(StandardCharsets.UTF_8);
        };
    }

    /// Does the damage, calls the commands, and puts the file back.
    void check(TrainedHome home) throws IOException {
        byte[] old = Files.readAllBytes(file);
        byte[] bytes = change.apply(old);
        Files.delete(file);
        if (bytes != GONE) {
            Files.write(file, bytes);
        }
        try {
            for (List<String> command : refusedBy) {
                Refusal.check(home.call(command));
                if (bytes == GONE) {
                    assertThat(file).doesNotExist();
                } else {
                    assertThat(file).as("nobody's to repair").hasBinaryContent(bytes);
                }
            }
        } finally {
            Files.write(file, old);
        }
    }
}
