package understudy.bot;

import java.time.Duration;
import java.util.List;

/// Answers each batch by the numbers and words of its messages.
class EchoBehaviour implements Behaviour {
    @Override
    public boolean urgent(Update update) {
        return update instanceof Update.ButtonPressed;
    }

    @Override
    public Duration patience(Update update) {
        return Duration.ZERO;
    }

    @Override
    public void handle(List<Update> batch, Desk desk) {
        StringBuilder words = new StringBuilder("re:");
        long chat = 0;
        for (Update update : batch) {
            if (update instanceof Update.Message m) {
                words.append(' ').append(m.id()).append('=').append(m.text());
                chat = m.chat().id();
            }
        }
        if (chat != 0) {
            desk.reply(Answer.of(chat, words.toString(), Answer.Kind.REPLY));
        }
    }
}
