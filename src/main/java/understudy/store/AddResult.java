package understudy.store;

/// What an export of one chat brought: `read = added + known`.
///
/// @param chatId       the chat in the store
/// @param read         lines of the export, system lines included
/// @param added        those that were new
/// @param known        those that the store had already
/// @param clockMinutes how far the export's clock was ahead of the stored one at its end, because
///                     the phone was in another time zone; mostly 0
public record AddResult(long chatId, int read, int added, int known, int clockMinutes) {
    public AddResult {
        if (read != added + known) {
            throw new IllegalArgumentException(read + " read, " + added + " + " + known);
        }
    }
}
