/// The part of the Jinja language that chat templates use, without any way out of it.
///
/// Start at [JinjaTemplate]. A template is a program that came with a model: it sees only the
/// values handed to it, calls only what is listed here, and is bounded in steps, depth and output.
/// Strings are [Text]s, which know of each character whether the template or its input wrote it.
///
/// Imports `base`.
@NullMarked
package understudy.text.jinja;

import org.jspecify.annotations.NullMarked;
