/// A bot that speaks in someone's name, with rules of its own: who is answered, who approves, what
/// is said first, and never the same answer twice.
///
/// The machine room: [understudy.bot.BotRunner] runs [understudy.bot.Poller] (updates in, with
/// their offset, in one transaction), [understudy.bot.Dispatcher] (to the
/// [understudy.bot.Behaviour], chat by chat) and [understudy.bot.Sender] (out of the
/// [understudy.bot.Outbox], once, at the network's pace). All of it lies in one
/// [understudy.bot.BotStore]; [understudy.bot.KillSwitch] stops what is sent.
///
/// **Promises.** An update has one answer at most, also after `kill -9`; what may have arrived is
/// listed and never sent again. No line told to a [understudy.bot.BotListener] and no error holds
/// text of a message, or the token.
///
/// Imports `base`, `chat`, `store`, `privacy`, `text`, `run`, `reply`, `generate`.
@NullMarked
package understudy.bot;

import org.jspecify.annotations.NullMarked;
