package understudy.reply;

import org.jspecify.annotations.Nullable;
import understudy.text.TemplateEncoder;

/// How a model reads and writes conversations; known without its weights.
///
/// @param encoder the tokenizer and the template it was trained with
/// @param voice   whose; null for a base model alone
public record Speaker(Completer.ModelInfo info, TemplateEncoder encoder, @Nullable Voice voice) {}
