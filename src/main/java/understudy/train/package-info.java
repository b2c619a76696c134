/// Fine-tuning: rows of token ids go in, an adapter comes out.
///
/// Start at `Trainer`. `Packer` fills rows with conversations, `DropoutPool` makes masks cheap,
/// `Plan` says what each step learns from and at which rate, [AdamW] moves the adapter,
/// `TrainState` is what a checkpoint holds. Knows token ids, never chats.
///
/// Imports `base`, `text`, `run`, `tensor`, `model`.
@NullMarked
package understudy.train;

import org.jspecify.annotations.NullMarked;
