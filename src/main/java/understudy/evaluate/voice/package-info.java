/// Does it sound like the person? Replies of a run beside the true ones and beside references.
///
/// Start at [understudy.evaluate.voice.VoiceStudy]: which held-out messages are answered, what the
/// answers are compared with, and how.
///
/// Imports what `understudy.evaluate` may.
@NullMarked
package understudy.evaluate.voice;

import org.jspecify.annotations.NullMarked;
