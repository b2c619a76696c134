package understudy.dataset;

import java.nio.file.Path;

/// What is done to messages for the sake of those who wrote them, before anything is learned.
///
/// @param redactor replaces personal data
/// @param canaries made-up secrets, to measure afterwards how much can be got out of a model
public record Safeguards(Redactor redactor, Canaries canaries) {
    /// Nothing.
    public static final Safeguards NONE = new Safeguards(Redactor.none(), Canaries.none());

    /// What a recipe asks for.
    ///
    /// @param home see [Redactor#of]
    public static Safeguards of(Path home, DatasetConfig config) {
        return new Safeguards(Redactor.of(home, config), Canaries.of(config.canaries()));
    }
}
