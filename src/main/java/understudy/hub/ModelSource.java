package understudy.hub;

import java.util.Optional;
import understudy.base.UserError;

/// One way to a model.
interface ModelSource {
    /// For sentences such as "fetching X from ...".
    String label();

    /// The model, where it is on this machine already and whole. No network.
    Optional<LocalModel> local();

    /// Gets the model from elsewhere.
    ///
    /// @throws UserError with [understudy.base.ExitCode#UNEXPECTED_STATE] when this source cannot
    ///     be reached or is broken, so that another may do better; with other codes when the person
    ///     has to do something
    LocalModel fetch(Progress progress);
}
