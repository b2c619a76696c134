package understudy.importer;

import java.nio.file.Path;
import java.util.List;

/// A file a person gave us, unpacked as far as needed.
///
/// @param path  as the person named it
/// @param texts the file itself, or the text entries of a zip; not empty
public record ExportFile(Path path, List<ExportText> texts) {

    /// One text.
    ///
    /// @param name  file name without folders; only ever shown or matched, never opened
    /// @param text  decoded
    public record ExportText(String name, DecodedText text) {}

    public ExportFile {
        texts = List.copyOf(texts);
    }

    /// The name of the file the person gave us, without folders.
    public String fileName() {
        Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }
}
