/// What every other package may use: the person-facing error, exit codes, the folder of a home,
/// files that appear whole or not at all, and the one JSON and YAML set-up.
///
/// Imports nothing of ours.
@NullMarked
package understudy.base;

import org.jspecify.annotations.NullMarked;
