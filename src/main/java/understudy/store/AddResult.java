package understudy.store;

/// What an export of one chat brought: `read = added + known`.
///
/// @param chatId the chat in the store
/// @param read   lines of the export, system lines included
/// @param added  those that were new
/// @param known  those that the store had already
public record AddResult(long chatId, int read, int added, int known) {
    public AddResult {
        if (read != added + known) {
            throw new IllegalArgumentException(read + " read, " + added + " + " + known);
        }
    }
}
