package understudy.serve.api;

import java.util.Optional;
import understudy.reply.Voice;

/// To whom a caller can ask to talk.
@FunctionalInterface
public interface People {
    /// The person of that name; empty for none.
    Optional<Voice.Partner> find(String name);
}
