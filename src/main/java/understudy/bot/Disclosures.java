package understudy.bot;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// In which conversations this process has said what the bot is. Not kept across a restart: then
/// it is said again.
final class Disclosures {
    private final Map<Register.Place, Instant> made = new ConcurrentHashMap<>();

    /// When it was said; empty where it is still to be said.
    Optional<Instant> when(Register.Place place) {
        return Optional.ofNullable(made.get(place));
    }

    /// Only the first time counts.
    void made(Register.Place place, Instant now) {
        made.putIfAbsent(place, now);
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
