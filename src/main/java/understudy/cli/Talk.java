package understudy.cli;

import java.util.List;
import understudy.base.Workspace;
import understudy.reply.Completer;
import understudy.reply.LocalCompleter;
import understudy.reply.Replier;
import understudy.run.RunFolder;

/// A run, or its base alone, ready to answer in a terminal.
record Talk(Completer completer, Replier replier, RunSetup setup) implements AutoCloseable {
    /// @param withAdapter false to hear what the base alone would say
    static Talk open(
            Workspace workspace,
            RunFolder run,
            String device,
            boolean withAdapter,
            MemoryOption memory) {
        RunSetup setup = RunSetup.of(run);
        String model = withAdapter ? run.id() : BaseModel.find(workspace, setup.base()).shown();
        RunShelf shelf = new RunShelf(workspace, List.of(run.id()), device, 1);
        LocalCompleter completer = new LocalCompleter(shelf, LocalCompleter.Limits.SINGLE);
        try {
            completer.warm(model);
            int context = completer.models().getFirst().context();
            int most = Math.min(Replier.PROMPT_TOKENS, context / 4 * 3);
            Completer remembering = memory.remembering(completer, workspace);
            return new Talk(remembering, new Replier(remembering, model, most), setup);
        } catch (RuntimeException e) {
            completer.close();
            throw e;
        }
    }

    @Override
    public void close() {
        completer.close();
    }
}
