package understudy.reply;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Where the key for another server comes from: never from the command line, which every user of
/// the machine can list.
public final class UpstreamKey {
    private static final int MOST_BYTES = 4096;

    private UpstreamKey() {}

    /// A key meant for one service, such as `OPENAI_API_KEY`, is not taken for another.
    ///
    /// @param environment the process's variables
    /// @param file        whose first line is the key, readable by its owner alone; null for none
    /// @return null where neither has one
    /// @throws UserError where the file is open to others, or holds no key
    public static @Nullable String find(Map<String, String> environment, @Nullable Path file) {
        String given = environment.get(UpstreamConfig.KEY_VARIABLE);
        if (given != null && !given.isBlank()) {
            return checked(given.strip(), UpstreamConfig.KEY_VARIABLE);
        }
        return file == null ? null : checked(firstLine(file), file.toString());
    }

    private static String firstLine(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                throw new UserError(
                        "there is no file with a key", file.toString(), "write the key into it");
            }
            PosixFileAttributeView posix =
                    Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (posix != null) {
                onlyOwner(file, Files.getPosixFilePermissions(file, new LinkOption[0]));
            }
            return Files.readString(file).lines().findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new UserError(
                    "cannot read the file with the key",
                    file.toString(),
                    "check that it is text and yours",
                    e);
        }
    }

    private static void onlyOwner(Path file, Set<PosixFilePermission> permissions) {
        for (PosixFilePermission permission : permissions) {
            if (!permission.name().startsWith("OWNER_")) {
                throw new UserError(
                        "others on this machine may read or change the file with the key",
                        file.toString(),
                        "chmod 600 " + file);
            }
        }
    }

    /// It becomes part of a header.
    private static String checked(String key, String where) {
        if (!key.matches("[\\x21-\\x7e]{1," + MOST_BYTES + "}")) {
            throw new UserError(
                    "the key is empty or has characters that no key has",
                    where,
                    "copy it again, in one line");
        }
        return key;
    }
}
