package understudy.reply;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.generate.GenerateOptions;

/// Continues texts: with the runs and base models of this machine, or through another server.
///
/// Safe for use by many threads at once; who comes first is served first, clients in turn.
public interface Completer extends AutoCloseable {
    /// A model that can be asked for.
    ///
    /// @param id      as [Task#model] names it
    /// @param created seconds since 1970
    /// @param context tokens of prompt and answer together
    record ModelInfo(String id, Kind kind, long created, int context) {}

    /// What a model is.
    enum Kind {
        /// A base model with what a run learned.
        RUN,
        /// A base model alone.
        BASE,
        /// A model of another server.
        UPSTREAM
    }

    /// What to write.
    ///
    /// @param model   id of a model; empty for the first of [#models()]
    /// @param options stop ids and texts of the model's own turns are added to it
    /// @param fixed   whether the text must depend on nothing but this task (the caller gave the
    ///     seed); otherwise what is left in memory of an earlier, similar prompt may be used
    /// @param client  who asks; clients take turns
    record Task(
            String model, Prompt prompt, GenerateOptions options, boolean fixed, String client) {}

    /// How busy it is.
    ///
    /// @param running texts being written
    /// @param waiting texts that wait for their turn
    /// @param loaded  models in memory
    /// @param cached  tokens held in caches of keys and values
    record Load(int running, int waiting, int loaded, long cached) {}

    /// What it can answer with, the default first. May change while it runs.
    List<ModelInfo> models();

    /// Writes a text; returns when it is complete.
    ///
    /// @param onPiece   given the text's parts in the caller's thread; one that takes long delays
    ///     nobody else
    /// @param cancelled asked often, also while waiting; true ends the text where it is
    /// @throws Refusal where it cannot be done
    Completion complete(Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled);

    /// Tokens of `text` for `model`, as [Prompt.Raw] reads it.
    ///
    /// @throws Refusal where there is no such model
    int count(String model, String text);

    Load load();

    /// Ends what is being written, and frees the memory.
    @Override
    void close();
}
