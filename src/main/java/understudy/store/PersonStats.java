package understudy.store;

import understudy.chat.Person;

/// How much somebody wrote.
///
/// @param person   who
/// @param messages lines they wrote, media and deleted ones included
/// @param share    of all lines that have an author, 0 to 1
/// @param chats    in how many chats they wrote
public record PersonStats(Person person, long messages, double share, int chats) {}
