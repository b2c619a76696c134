package understudy.reply;

import java.time.LocalDate;
import java.util.List;
import understudy.text.Line;

/// What is remembered of earlier chats with whoever is answered.
public interface Memory {
    /// @param partner who is answered; nothing is remembered of strangers
    /// @param history what was just said, oldest first
    /// @return lines with who and when, the most useful first; nothing that `partner` did not say
    ///     or hear
    List<String> recall(Voice.Partner partner, List<Line> history, LocalDate date);
}
