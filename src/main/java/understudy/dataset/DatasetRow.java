package understudy.dataset;

import java.util.BitSet;
import java.util.List;
import understudy.text.Line;
import understudy.text.TokenRow;

/// A row as training and evaluation read it.
///
/// @param person        the other person, or the group
/// @param chat          the chat
/// @param block         number of the block in the chat; rows of one split block share it
/// @param lines         first line, a repeated turn where the row begins with an own one, turns
/// @param tokens        the lines in tokens; own are those of own turns and their end marks,
///                      whatever the recipe learns, and each own turn is in one row only
/// @param learned       bit i set: token i is a target of training
/// @param ownCharacters Unicode code points of the own turns, joining line breaks included
public record DatasetRow(
        String person,
        String chat,
        int block,
        List<Line> lines,
        TokenRow tokens,
        BitSet learned,
        int ownCharacters) {
    public DatasetRow {
        lines = List.copyOf(lines);
    }
}
