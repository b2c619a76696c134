package understudy.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;
import understudy.reply.Completer;
import understudy.reply.LocalCompleter;
import understudy.reply.Replier;
import understudy.run.RunFolder;
import understudy.tensor.Quantization;

/// A run, or its base alone, ready to answer in a terminal.
record Talk(Completer completer, Replier replier, RunSetup setup) implements AutoCloseable {
    /// @param form        how the base is held; null for as it was when the run learned
    /// @param withAdapter false to hear what the base alone would say
    static Talk open(
            Workspace workspace,
            RunFolder run,
            String device,
            @Nullable Quantization form,
            boolean withAdapter,
            MemoryOption memory) {
        RunSetup setup = RunSetup.of(run);
        String model = withAdapter ? run.id() : BaseModel.find(workspace, setup.base()).shown();
        RunShelf shelf = new RunShelf(workspace, List.of(run.id()), device, form, 1);
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
