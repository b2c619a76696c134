/// A bot that speaks in someone's name, with rules of its own: who is answered, who approves, what
/// is said first, and never the same answer twice.
///
/// Imports `base`, `chat`, `store`, `privacy`, `text`, `run`, `reply`, `generate`.
@NullMarked
package understudy.bot;

import org.jspecify.annotations.NullMarked;
