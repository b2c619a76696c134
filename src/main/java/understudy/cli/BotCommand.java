package understudy.cli;

import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;

/// `understudy bot`: the clone in a chat network.
@CommandLine.Command(
        name = "bot",
        description = "Let the clone answer in a chat network; see what it could not send.",
        subcommands = {BotTelegramCommand.class, BotOutboxCommand.class})
final class BotCommand extends Command {
    @Override
    int run(Workspace workspace, Console console) {
        throw new UserError(
                "say which: telegram or outbox",
                null,
                "understudy bot telegram --help",
                ExitCode.USER,
                null);
    }
}
