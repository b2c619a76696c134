/// The chat store: one SQLite file with every message ever imported, who wrote it, and who is who.
///
/// Start at [ChatStore]. [ClockShift] and [MinuteMerge] decide which lines of an export are new,
/// [Names] turns a name that somebody typed into a person, [StoreFile] opens the file and brings it
/// up to date.
///
/// **Promises.** Importing an export again, or a longer or later one of the same chat, adds only
/// what is new. What [ChatStore#add] has returned for is on disk. The file is readable by its
/// owner only. No message text appears in an error.
///
/// Imports `base`, `chat`.
@NullMarked
package understudy.store;

import org.jspecify.annotations.NullMarked;
