/// Where base models come from: the catalogue, and the ways to get what it names.
///
/// Start at [understudy.hub.Hub]: `resolve` finds a model on this machine and never uses the
/// network, `fetch` downloads. A [understudy.hub.ModelSource] is one way: the Hugging Face hub, a
/// package that pip fetches, a folder, a file.
///
/// **Promises.** A file has its name only after its size and its hash are right; what is broken off
/// goes on where it ended. Redirects lead to the hub's own hosts, never into a private network, and
/// the token goes to the hub alone. Pickled weights are refused, since opening them runs code.
/// With `HF_HUB_OFFLINE` nothing here opens a connection or starts a program.
///
/// Imports `base`, `weights`.
@NullMarked
package understudy.hub;

import org.jspecify.annotations.NullMarked;
