package understudy.bot;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// In which conversations this process has said what the bot is. Not kept across a restart: then
/// it is said again.
final class Disclosures {
    private final Set<Register.Place> made = ConcurrentHashMap.newKeySet();

    boolean due(Register.Place place) {
        return !made.contains(place);
    }

    void made(Register.Place place) {
        made.add(place);
    }

    /// It is to be said again: the conversation was forgotten, or somebody is new to it.
    void again(Register.Place place) {
        made.remove(place);
    }

    /// Everywhere: what was on its way was stopped.
    void again() {
        made.clear();
    }
}
