package understudy.evaluate;

import java.util.function.Function;
import understudy.model.LanguageModel;

/// A model before and after training, of which only one may be in memory at a time.
///
/// What is done with one of them is done whole before the other is asked for: where an adapter was
/// learned a change costs nothing, where all weights were it loads a model.
public interface BeforeAndAfter {
    /// What `work` makes of the trained model, its adapter attached where it has one.
    ///
    /// @param work keeps nothing of the model
    <T> T after(Function<LanguageModel, T> work);

    /// What `work` makes of the base, with nothing attached.
    ///
    /// @param work keeps nothing of the model
    <T> T before(Function<LanguageModel, T> work);
}
