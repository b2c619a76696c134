package understudy.store;

/// A chat in the store.
///
/// @param id       the store's key
/// @param platform lower-case name of the app
/// @param name     the other person, or the group
/// @param messages how many lines it has, system lines included
public record StoredChat(long id, String platform, String name, long messages) {}
