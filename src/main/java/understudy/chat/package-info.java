/// The words of the domain, as records without behaviour: who wrote what to whom, and when.
///
/// Imports `base` only.
@NullMarked
package understudy.chat;

import org.jspecify.annotations.NullMarked;
