/// A run in the formats of other programs.
///
/// Start at [Exporter]: it writes a folder in one [Form]. Weights come from [MergedWeights], tensor
/// by tensor and never whole: the base's, with what the adapter adds, in 32-bit floats, rounded
/// once when they are written. [HubFolder] and [GgufFile] are the two formats of whole models,
/// [LoraGguf] and [PeftCopy] those of an adapter; [OllamaFolder] is a GGUF file and its Modelfile.
///
/// Imports `base`, `weights`, `text`, `run`, `tensor`, `model`.
@NullMarked
package understudy.export;

import org.jspecify.annotations.NullMarked;
