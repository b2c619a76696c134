package understudy.importer;

import java.util.List;
import understudy.chat.Chat;

/// What one file held.
///
/// @param chats    at least one
/// @param report   what became of each line
/// @param platform lower-case name of the app, such as `whatsapp`
/// @param dates    date orders that the file itself decided
public record ImportResult(
        List<Chat> chats, ImportReport report, String platform, List<DateReading> dates) {
    public ImportResult {
        chats = List.copyOf(chats);
        dates = List.copyOf(dates);
    }
}
