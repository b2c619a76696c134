/// The blind test for friends: a page on the local network that shows a conversation and two
/// replies, and asks which one is real.
@NullMarked
package understudy.serve.blind;

import org.jspecify.annotations.NullMarked;
