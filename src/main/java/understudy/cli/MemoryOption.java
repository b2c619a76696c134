package understudy.cli;

import picocli.CommandLine.Option;
import understudy.base.Workspace;
import understudy.reply.ChatMemory;
import understudy.reply.Completer;
import understudy.reply.RememberingCompleter;

/// Whether answers may use earlier chats with the same person.
final class MemoryOption {
    @Option(
            names = "--memory",
            description =
                    "Look up what you and this person wrote to each other before, and nobody"
                            + " else's words.")
    boolean on;

    Completer remembering(Completer completer, Workspace workspace) {
        return on
                ? new RememberingCompleter(completer, new ChatMemory(workspace.chats()))
                : completer;
    }
}
