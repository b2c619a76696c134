package understudy.serve.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// The key that clients must show, of which only a salted hash is known here.
///
/// A made key has 256 random bits, which nobody can try out; so one round of SHA-256 is as good as
/// a slow hash. The key itself cannot be shown twice, since nothing here knows it.
public final class ApiKey {
    /// Where containers give a key; never on a command line, which every user can read.
    public static final String VARIABLE = "UNDERSTUDY_API_KEY";

    private static final int FEWEST_CHARACTERS = 16;
    private static final int RANDOM_BYTES = 32;
    private static final int SALT_BYTES = 16;

    private final byte[] salt;
    private final byte[] hash;

    private ApiKey(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    /// A key that was just made.
    ///
    /// @param secret to be shown once, to the one person in front of the terminal
    public record Made(ApiKey key, String secret) {
        /// Keeps the key's hash in `file`, mode 0600; a former key ends.
        public void keep(Path file) throws IOException {
            HexFormat hex = HexFormat.of();
            PrivateFiles.writeString(
                    file,
                    "sha256 " + hex.formatHex(key.salt) + " " + hex.formatHex(key.hash) + "\n");
        }

        @Override
        public String toString() {
            return "Made[secret not shown]";
        }
    }

    /// Makes a key. To be kept when the server has started: a key that is kept but was never shown
    /// is lost, and so is the one before it.
    public static Made make() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String secret = "us-" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        return new Made(of(secret), secret);
    }

    /// Makes a key and keeps it in `file`.
    public static Made make(Path file) throws IOException {
        Made made = make();
        made.keep(file);
        return made;
    }

    /// The key of an earlier [#make(Path)]; null where there is none.
    ///
    /// @throws UserError where the file is damaged: a server without a key is no way out
    public static @Nullable ApiKey read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        String[] parts = Files.readString(file, StandardCharsets.ISO_8859_1).strip().split(" ", -1);
        try {
            byte[] salt = HexFormat.of().parseHex(parts[1]);
            byte[] hash = HexFormat.of().parseHex(parts[2]);
            if (parts.length == 3 && parts[0].equals("sha256") && hash.length == 32) {
                return new ApiKey(salt, hash);
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            // falls through to the one error for every kind of damage
        }
        throw new UserError(
                "the key file is damaged", file.toString(), "make another key with --new-key");
    }

    /// A key that the environment gives.
    ///
    /// @throws UserError where it is too easily guessed
    public static ApiKey given(String secret) {
        String text = secret.strip();
        boolean plain = text.chars().allMatch(c -> c > ' ' && c < 127);
        if (text.length() < FEWEST_CHARACTERS || !plain) {
            throw new UserError(
                    "the key is shorter than " + FEWEST_CHARACTERS + " characters, or not plain",
                    VARIABLE,
                    "use letters and digits, such as what `openssl rand -hex 32` prints");
        }
        return of(text);
    }

    private static ApiKey of(String secret) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return new ApiKey(salt, hash(salt, secret));
    }

    /// @param authorization the `Authorization` field, such as `Bearer us-…`
    boolean opens(String authorization) {
        String field = authorization.strip();
        String scheme = "bearer ";
        if (!field.toLowerCase(Locale.ROOT).startsWith(scheme)) {
            return false;
        }
        // equal hashes are compared in constant time; what is compared says nothing of the key
        return MessageDigest.isEqual(hash, hash(salt, field.substring(scheme.length()).strip()));
    }

    private static byte[] hash(byte[] salt, String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return digest.digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "ApiKey[not shown]";
    }
}
