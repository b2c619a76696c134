package understudy.generate;

import org.jspecify.annotations.Nullable;
import understudy.model.Adapter;

/// A base model in memory, alone or with what a run learned.
///
/// @param base      names the base; those with an equal name share their weights
/// @param generator of the base model; stays the maker's to close
/// @param adapter   null for the base alone; stays the maker's to close
public record Decoder(String base, Generator generator, @Nullable Adapter adapter) {
    /// See [Generator#start].
    public Sequence start(int[] prompt, GenerateOptions options, boolean fresh) {
        return generator.start(prompt, options, adapter, fresh);
    }
}
