/// Starts the packaged program, as a person would, and looks at what it prints and leaves behind.
@NullMarked
package understudy.it;

import org.jspecify.annotations.NullMarked;
