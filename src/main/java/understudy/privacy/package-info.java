/// Rules for personal data: find it, and keep it from going out.
///
/// Imports `base`, `chat`.
@NullMarked
package understudy.privacy;

import org.jspecify.annotations.NullMarked;
