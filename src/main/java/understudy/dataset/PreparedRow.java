package understudy.dataset;

import java.time.LocalDateTime;
import java.util.BitSet;
import java.util.List;
import understudy.chat.Role;
import understudy.text.Line;
import understudy.text.TokenRow;

/// A row ready to be written.
///
/// @param person        the other person, or the group
/// @param chat          the chat
/// @param block         number of the block in the chat; rows of one split block share it
/// @param lines         what the template renders, first line included
/// @param dates         when each of `lines` was sent
/// @param tokens        `lines` in tokens
/// @param ownTurns      own lines among `lines`
/// @param ownCharacters code points of the own turns
/// @param context       leading turns among `lines` that are repeated, behind the first line
/// @param unlearned     bit i: `lines` i is an own turn that is not learned
/// @param correction    whether only the last own turn is learned, and counted as own
public record PreparedRow(
        String person,
        String chat,
        int block,
        List<Line> lines,
        List<LocalDateTime> dates,
        TokenRow tokens,
        int ownTurns,
        int ownCharacters,
        int context,
        BitSet unlearned,
        boolean correction) {
    public PreparedRow {
        lines = List.copyOf(lines);
        dates = List.copyOf(dates);
        if (lines.size() != dates.size()) {
            throw new IllegalArgumentException("a date for each line");
        }
    }

    /// Index of the first line that is neither the first line nor a repeated turn.
    int begin() {
        return context + (lines.getFirst().role() == Role.SYSTEM ? 1 : 0);
    }

    /// @return bit i set: token i is a target
    BitSet learned(DatasetConfig config) {
        return correction
                ? DatasetConfig.lastOwnTurn(tokens)
                : config.learned(tokens, lines, begin(), unlearned);
    }
}
