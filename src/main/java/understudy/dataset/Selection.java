package understudy.dataset;

import understudy.base.Settings;

/// Which of the owner's turns are learned, and how often: keys of the section `dataset`.
///
/// @param nearDuplicates `near_duplicates`, 0, 0 to 1: conversations and long turns of the owner
///                       that are this similar to an earlier one (Jaccard index of their runs of
///                       words) are learned once only; 0 for off
/// @param learnCopied    `learn_copied`, true: whether a long turn of the owner's whose words stand
///                       in another chat, too, is learned
/// @param tinyTurns      `tiny_turns`, 1, 0 to 1: a short turn that the owner repeats is learned in
///                       at most this share of their turns; 1 for no bound
/// @param overlap        `overlap`, 0 tokens, 0 to 4096: where a conversation is split for training
///                       so much of what was said before stands in front of the next part, to read
///                       and not to learn
/// @param balance        `balance`, 1, 0 to 1: people count by their share of the learned tokens to
///                       this power; 1 as they write, 0 all alike
public record Selection(
        double nearDuplicates, boolean learnCopied, double tinyTurns, int overlap, double balance) {
    /// Everything is learned, as often as it was written.
    static final Selection ALL = new Selection(0, true, 1, 0, 1);

    static Selection from(Settings section) {
        return new Selection(
                section.number("near_duplicates", ALL.nearDuplicates, 0, 1),
                section.flag("learn_copied", ALL.learnCopied),
                section.number("tiny_turns", ALL.tinyTurns, 0, 1),
                section.integer("overlap", ALL.overlap, 0, 4_096),
                section.number("balance", ALL.balance, 0, 1));
    }
}
