package understudy.bot;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The code that makes whoever sends it the bot's owner: shown in the terminal, good once, for a
/// short time and for few wrong tries.
public final class Pairing {
    /// How long a code is good.
    public static final Duration LIFE = Duration.ofMinutes(10);

    /// Wrong codes after which it is void.
    static final int TRIES = 5;

    private static final int LENGTH = 8;

    /// Without letters and digits that look alike.
    private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private static final Pattern CODE = Pattern.compile("[" + LETTERS + "]{" + LENGTH + "}");

    private final Clock clock;
    private final Instant end;
    private @Nullable String code; // null when used up; guarded by this
    private int wrong; // guarded by this

    public Pairing(Clock clock) {
        this.clock = clock;
        this.end = clock.instant().plus(LIFE);
        SecureRandom random = new SecureRandom();
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        this.code = letters.toString();
    }

    /// To show in the terminal; empty where it is used up.
    public synchronized String code() {
        return code == null ? "" : code;
    }

    /// Whether `text` looks like a code at all; other texts are no tries.
    static boolean looksLike(String text) {
        return CODE.matcher(text.strip().toUpperCase(Locale.ROOT)).matches();
    }

    /// Whether a message tries a code: typed by its sender, in private.
    static boolean tried(Update.Message message, String code) {
        return !message.forwarded()
                && message.chat().kind() == Update.ChatKind.PRIVATE
                && looksLike(code);
    }

    /// Tries a code.
    ///
    /// @return whether it is the one; it is used up then
    synchronized boolean redeem(String text) {
        if (code == null || !looksLike(text) || clock.instant().isAfter(end)) {
            return false;
        }
        byte[] tried = text.strip().toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
        boolean right = MessageDigest.isEqual(tried, code.getBytes(StandardCharsets.UTF_8));
        if (right || ++wrong >= TRIES) {
            code = null;
        }
        return right;
    }
}
