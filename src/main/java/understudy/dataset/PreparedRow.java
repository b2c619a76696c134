package understudy.dataset;

import java.time.LocalDateTime;
import java.util.BitSet;
import java.util.List;
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
        boolean correction) {
    public PreparedRow {
        lines = List.copyOf(lines);
        dates = List.copyOf(dates);
        if (lines.size() != dates.size()) {
            throw new IllegalArgumentException("a date for each line");
        }
    }

    /// @return bit i set: token i is a target
    BitSet learned(DatasetConfig config) {
        return correction ? DatasetConfig.lastOwnTurn(tokens) : config.learned(tokens);
    }
}
