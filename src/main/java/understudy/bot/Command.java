package understudy.bot;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A command that somebody typed, such as `/link Anna`.
///
/// @param name without the slash, lower case
/// @param rest what follows it; empty for nothing
/// @param ours false where it names another bot
record Command(String name, String rest, boolean ours) {
    private static final Pattern TYPED =
            Pattern.compile(
                    "/([A-Za-z][A-Za-z0-9_]{0,31})(?:@(\\w+))?(?:\\s+(.*))?", Pattern.DOTALL);

    /// Forwarded text and captions are data: nothing in them is a command.
    static Optional<Command> of(Update.Message message, String botName) {
        if (message.forwarded()
                || !message.medium().isEmpty()
                || message.businessConnection() != null) {
            return Optional.empty();
        }
        Matcher typed = TYPED.matcher(message.text().strip());
        if (!typed.matches()) {
            return Optional.empty();
        }
        String bot = typed.group(2);
        String rest = typed.group(3);
        return Optional.of(
                new Command(
                        typed.group(1).toLowerCase(Locale.ROOT),
                        rest == null ? "" : rest.strip(),
                        bot == null || bot.equalsIgnoreCase(botName)));
    }
}
