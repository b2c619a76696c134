package understudy.importer;

/// Reads the exports of one app.
public interface ChatFormat {

    /// Lower-case name of the app, such as `whatsapp`.
    String platform();

    /// Whether this looks like an export of this app. May look at names and at the beginning of
    /// the texts; must not throw.
    boolean recognises(ExportFile export);

    /// @throws understudy.base.UserError where the file cannot be read as a whole
    /// @throws AmbiguousDates            where `options` are strict and the date order stays open
    ImportResult read(ExportFile export, ImportOptions options);
}
