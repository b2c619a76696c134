/// Rules for personal data: find it, and keep it from going out.
///
/// Start at [PersonalData], which finds, and [OutputFilter], which keeps back. [Fold] gives a text
/// in plain characters with the way back to the original, [Spoken] reads digits written as words,
/// [OthersWords] knows what others wrote by keyed hashes. `docs/privacy.md` says what is found and
/// what is not.
///
/// **Promises.** Time is linear in the length of a text, whoever wrote it. No text is kept, logged
/// or put into an error. A filtered text passes the filter again as it is.
///
/// Imports `base`, `chat`.
@NullMarked
package understudy.privacy;

import org.jspecify.annotations.NullMarked;
