package understudy.dataset;

import org.jspecify.annotations.Nullable;

/// Whom the owner writes to in a chat.
///
/// @param name  the other person's name, or the group's
/// @param role  their relation to the owner; null where unknown, and for groups
/// @param group whether more than one other person writes
record Partner(String name, @Nullable String role, boolean group) {}
