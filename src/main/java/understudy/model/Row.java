package understudy.model;

import org.jspecify.annotations.Nullable;

/// What the blocks need to know of the row they work on.
///
/// @param starts first token of each conversation in the row, ascending, `starts[0] = 0`; tokens
///               see only tokens of their own conversation
/// @param length T
/// @param sights what each kind of layer sees
/// @param masks  dropout of the adapter's inputs; null for none
record Row(int[] starts, int length, Sights sights, @Nullable DropoutMasks masks) {

    int end(int conversation) {
        return conversation + 1 < starts.length ? starts[conversation + 1] : length;
    }
}
