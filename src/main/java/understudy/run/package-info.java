/// One training run on disk: its folder, its event log, its lock, its checkpoints.
///
/// Start at [RunFolder]. `events.jsonl` is the only truth about a run: its state, its loss curve
/// and its best step are all replayed from there ([RunHistory]), so whoever looks, and whenever,
/// sees the same. A checkpoint ([Checkpoints]) is complete and verified or it is not there.
///
/// Nothing here knows what is trained: files are bodies, the trainer's state is JSON.
///
/// Imports `base`.
@NullMarked
package understudy.run;

import org.jspecify.annotations.NullMarked;
