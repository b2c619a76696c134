/// One class a command; wires the other packages together and is the only one that prints.
///
/// Start at [understudy.cli.Main]. A command extends [understudy.cli.Command] and gets a
/// [understudy.cli.Console].
@NullMarked
package understudy.cli;

import org.jspecify.annotations.NullMarked;
