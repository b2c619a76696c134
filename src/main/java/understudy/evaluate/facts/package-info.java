/// Whether a run knows what its owner wrote about themselves, and evades what it cannot know.
///
/// `FactReport` counts; the questions and how an answer is judged are the data set's, in
/// `understudy.dataset.facts`.
@NullMarked
package understudy.evaluate.facts;

import org.jspecify.annotations.NullMarked;
