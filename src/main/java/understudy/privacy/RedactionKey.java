package understudy.privacy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// The secret that pseudonyms are made with, one a home.
///
/// A telephone number has too few digits to hide behind a plain hash: all of them could be tried.
/// HMAC-SHA-256 under a key of 256 random bits that never leaves the home makes that useless for
/// whoever has only the model or the dataset.
public final class RedactionKey {
    private static final int BYTES = 32;

    private final SecretKeySpec key;

    RedactionKey(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /// Reads the key, or draws it where there is none, mode 0600.
    ///
    /// @param file such as `HOME/redaction.key`: 64 hexadecimal digits
    /// @throws UserError where the file is no key
    public static RedactionKey of(Path file) {
        try {
            if (!Files.exists(file)) {
                byte[] drawn = new byte[BYTES];
                new SecureRandom().nextBytes(drawn);
                PrivateFiles.writeString(file, HexFormat.of().formatHex(drawn) + "\n");
            }
            if (Files.size(file) <= 4 * BYTES) {
                byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
                if (key.length == BYTES) {
                    return new RedactionKey(key);
                }
            }
            throw damaged(file, null);
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(file, e);
        }
    }

    private static UserError damaged(Path file, @Nullable Exception e) {
        return new UserError(
                "the key of the pseudonyms cannot be used",
                file.toString(),
                "move it away: a new one is drawn, and pseudonyms change",
                ExitCode.UNEXPECTED_STATE,
                e);
    }

    /// 32 bytes that belong to `text` and nobody without the key can foretell.
    byte[] bytes(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
