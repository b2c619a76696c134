/// Measures how much a run sounds like the person.
///
/// Start at [HeldOutScore]: bits per character of the owner's own later turns, which training never
/// read, before and after.
///
/// Imports `base`, `chat`, `store`, `privacy`, `dataset`, `text`, `run`, `model`, `generate`,
/// `reply`.
@NullMarked
package understudy.evaluate;

import org.jspecify.annotations.NullMarked;
