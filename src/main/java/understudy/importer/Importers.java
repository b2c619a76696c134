package understudy.importer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import understudy.base.UserError;
import understudy.importer.whatsapp.WhatsAppFormat;

/// Reads a file of any app we know.
public final class Importers {
    /// In the order they are asked; the more specific first.
    private static final List<ChatFormat> FORMATS = List.of(new WhatsAppFormat());

    private Importers() {}

    /// The formats that [#read] knows.
    public static List<ChatFormat> formats() {
        return FORMATS;
    }

    /// Finds out which app made `file`, and reads it.
    ///
    /// @param file a text or a zip as an app exports it
    /// @throws UserError      where it cannot be read: what, where, and what to do
    /// @throws AmbiguousDates where `options` are strict and the order of day and month stays open
    public static ImportResult read(Path file, ImportOptions options) {
        ExportFile export = ExportReader.open(file);
        for (ChatFormat format : FORMATS) {
            if (format.recognises(export)) {
                return format.read(export, options);
            }
        }
        List<String> known = new ArrayList<>();
        FORMATS.forEach(f -> known.add(f.platform()));
        throw new UserError(
                "no chat was recognised in this file",
                file.toString(),
                "export the chat again from the app, and give the file as it came ("
                        + String.join(", ", known)
                        + "); do not edit it");
    }
}
