package understudy.bot;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A listener that remembers what it was told, a line each.
final class Telling implements BotListener {
    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void connected(ChatTransport.Account account) {
        lines.add("connected as @" + account.username());
    }

    @Override
    public void reconnecting(String why, Duration since) {
        lines.add("reconnecting: " + why);
    }

    @Override
    public void answered(long answers) {
        // as often as there are answers: no matter of a log
    }

    @Override
    public void ambiguous(long answers) {
        lines.add("ambiguous: " + answers);
    }

    @Override
    public void warned(String what) {
        lines.add("warned: " + what);
    }
}
