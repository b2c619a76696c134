/// Answers as the person: the prompt from history and partner, the model behind it.
///
/// Start at [Replier]. [PromptBuilder] fills a prompt with the newest lines that fit, under the
/// same first line as in training; [LocalCompleter] writes with this machine's model, and
/// [UpstreamCompleter] through another server.
///
/// Imports `base`, `chat`, `store`, `privacy`, `text`, `run`, `generate`.
@NullMarked
package understudy.reply;

import org.jspecify.annotations.NullMarked;
