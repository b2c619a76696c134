package understudy.bot;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import understudy.generate.GenerateOptions;
import understudy.reply.Voice;

/// What a bot is told at its start.
///
/// @param owner   who decides; null for whoever was paired before, or will be
/// @param allowed people let in, beside those the owner lets in while it runs
/// @param voice   whom it imitates, and how the prompts begin
/// @param server  host of the server that writes; empty for this computer
/// @param instant no waiting and no delays; one message for one message
/// @param stream  whether an answer is shown while it is written, in private chats
/// @param hourly  answers that one person gets in an hour
/// @param open    when it answers; told the time on the owner's wall
/// @param life    how long a draft can be sent
/// @param settle  how long an answer waits for the one before it to be sent
/// @param options of what is written
public record BotRules(
        Mode mode,
        @Nullable Long owner,
        Set<Long> allowed,
        Voice voice,
        String server,
        boolean instant,
        boolean stream,
        int hourly,
        Predicate<ZonedDateTime> open,
        Duration life,
        Duration settle,
        GenerateOptions options) {
    /// Answers to one person in an hour.
    public static final int HOURLY = 20;

    public static final Duration DRAFT_LIFE = Duration.ofHours(12);

    public static final Duration SETTLE = Duration.ofSeconds(20);

    /// Telegram lets a bot write in an account's chat this long after the other side wrote.
    static final Duration BUSINESS_WINDOW = Duration.ofHours(24);

    public BotRules {
        allowed = Set.copyOf(allowed);
    }

    /// Whom it imitates.
    public String me() {
        return voice.me();
    }

    /// Everything by default.
    public static BotRules standard(Voice voice) {
        return new BotRules(
                Mode.OWNER,
                null,
                Set.of(),
                voice,
                "",
                false,
                false,
                HOURLY,
                time -> true,
                DRAFT_LIFE,
                SETTLE,
                GenerateOptions.CHAT);
    }
}
