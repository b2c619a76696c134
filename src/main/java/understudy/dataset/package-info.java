/// From stored messages to the rows that a model learns from.
///
/// Start at [DatasetBuilder]: messages become [Block]s (merged turns between two silences),
/// [HeldOut] sets the latest ones of each chat apart, [RowSplitter] cuts what is too long, and
/// [DatasetReport] accounts for every message. [DatasetFolder] writes it, [Dataset] reads it back.
///
/// **Promises.** read = kept + dropped, by reason. What is held out is chosen before any filter.
/// An own turn is never cut from what it answers, and is in one row only, so that its characters
/// count once. Reports name chats and dates, never text.
///
/// Imports `base`, `chat`, `store`, `privacy`, `text`.
@NullMarked
package understudy.dataset;

import org.jspecify.annotations.NullMarked;
