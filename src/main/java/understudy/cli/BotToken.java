package understudy.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// The bot's token: from the environment, or from a file that nobody else can read. Never from an
/// option, which everybody on the machine could see.
final class BotToken {
    static final String VARIABLE = "TELEGRAM_BOT_TOKEN";

    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /// Bytes; a token has some fifty.
    private static final int LONGEST = 1024;

    private BotToken() {}

    /// @param set      what the environment says; null for nothing
    /// @param file     a file that was named; null for none
    /// @param standard where a file may be
    static String find(@Nullable String set, @Nullable Path file, Path standard) {
        if (file == null && set != null && !set.isBlank()) {
            return checked(set, VARIABLE);
        }
        Path from = file == null ? standard : file;
        if (!Files.exists(from)) {
            throw new UserError(
                    "there is no token for the bot",
                    from.toString(),
                    "ask @BotFather for one (/newbot), then: read -rs "
                            + VARIABLE
                            + " && export "
                            + VARIABLE
                            + "   (or write it to that file, mode 0600)");
        }
        try {
            checkMode(from);
            if (Files.size(from) > LONGEST) {
                throw new UserError(
                        "this file is too long for a token", from.toString(), "name another one");
            }
            return checked(Files.readString(from, StandardCharsets.UTF_8), from.toString());
        } catch (IOException e) {
            throw new UserError(
                    "the token cannot be read", from.toString(), "make the file readable", e);
        }
    }

    private static void checkMode(Path file) throws IOException {
        if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
            return;
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        if (!OWNERS.containsAll(mode)) {
            throw new UserError(
                    "others can read the bot's token", file.toString(), "chmod 600 " + file);
        }
    }

    private static String checked(String text, String where) {
        String token = text.strip();
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new UserError(
                    "this is no token",
                    where,
                    "copy it from @BotFather: digits, a colon, letters and digits");
        }
        return token;
    }
}
