/// Files of model weights: GGUF and safetensors, read by mapping and believed in nothing.
///
/// Start at [understudy.weights.Gguf] or [understudy.weights.Safetensors]; both are a
/// [understudy.weights.WeightFile]. [understudy.weights.Dequantizer] turns stored bytes into
/// floats, [understudy.weights.SafetensorsWriter] writes.
///
/// **Promises.** A file that opens has been checked as a whole: every count against the bytes that
/// are left before anything is allocated for it, every product exactly, every tensor inside the
/// file and apart from the others. So no length in it can lead native code astray. What is wrong
/// ends in a [understudy.base.UserError] that names file and field. Files are opened for reading
/// only and replaced by renaming, never cut in place, because they stay mapped.
///
/// Imports `base`. Plain Java, no native library.
@NullMarked
package understudy.weights;

import org.jspecify.annotations.NullMarked;
