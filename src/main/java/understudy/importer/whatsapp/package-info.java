/// Reads WhatsApp exports, also zipped: `_chat.txt` (iOS), `WhatsApp Chat with X.txt` (Android).
///
/// Start at [WhatsAppFormat]. Passes over the lines: [HeaderScan] finds which lines open a
/// message, [DateOrderVote] decides day, month and year, [Senders] tells names from text, and
/// [MessageReader] builds [understudy.chat.Message]s. The text format is described in
/// `docs/formats/whatsapp.md`; what differs by language is data, in `words.yaml` and `clock.yaml`.
///
/// **Promises.** Nothing is decided by the machine's locale. Dates are never guessed silently.
///
/// Imports `base`, `chat`, `importer`. Public: [WhatsAppFormat] only.
@NullMarked
package understudy.importer.whatsapp;

import org.jspecify.annotations.NullMarked;
