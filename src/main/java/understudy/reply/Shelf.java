package understudy.reply;

import java.util.List;
import java.util.Set;
import understudy.generate.Decoder;

/// Where [LocalCompleter] finds models.
public interface Shelf extends AutoCloseable {
    /// What there is now, the default first. Called by any thread.
    List<Completer.ModelInfo> models();

    /// Called by any thread.
    ///
    /// @param model id of a model; empty for the default
    /// @throws Refusal where there is none of that name
    Speaker speaker(String model);

    /// Brings a model into memory where it is not there yet. Called by one thread only, as are the
    /// methods below.
    ///
    /// @param inUse names of the bases that must stay in memory
    /// @throws understudy.base.UserError where it cannot be loaded
    Decoder load(String model, Set<String> inUse);

    /// Bases in memory.
    int loaded();

    /// Tokens remembered of texts that are complete.
    long remembered();

    /// Gives the memory back; a later [#load] loads again.
    void unload();

    @Override
    default void close() {
        unload();
    }
}
