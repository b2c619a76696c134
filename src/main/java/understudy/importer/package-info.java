/// Reads exports of chat apps: finds out which app made a file, and turns it into
/// [understudy.chat.Chat]s without losing a line unnoticed.
///
/// Start at [understudy.importer.Importers]. A format implements
/// [understudy.importer.ChatFormat] and gets an [understudy.importer.ExportFile]: texts that
/// were already unpacked and decoded, under bounds. Each app has a sub-package.
///
/// **Promises.** Files are written by strangers: nothing here writes to disk, builds a path from
/// a name inside an archive, trusts a length it has not counted, or touches the network. Every
/// input line ends in a message or in [understudy.importer.ImportReport]'s skipped list, or the
/// file is refused with a [understudy.base.UserError]. No error carries message text.
///
/// Imports `base`, `chat`.
@NullMarked
package understudy.importer;

import org.jspecify.annotations.NullMarked;
