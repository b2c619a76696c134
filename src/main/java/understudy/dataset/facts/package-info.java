/// Facts that the owner writes about themselves, and what is made of them by rules: questions and
/// answers in the owner's manner to learn from, questions that are kept back to measure with, and
/// a line for the beginning of a prompt.
///
/// Start at `FactTalks`. `FactsFile` reads what the owner wrote, `Wordings` knows how one asks in
/// which language, `Manner` and `Evasions` are measured from the owner's own turns.
///
/// Imports `base` only.
@NullMarked
package understudy.dataset.facts;

import org.jspecify.annotations.NullMarked;
