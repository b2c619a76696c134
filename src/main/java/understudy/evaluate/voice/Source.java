package understudy.evaluate.voice;

/// Where replies to the held-out messages come from.
public enum Source {
    CLONE("clone", "the clone"),
    PROMPT("prompt_only", "base model with a prompt"),
    BASE("base", "base model alone"),
    EARLIER("own_earlier", "the person, earlier"),
    OTHERS("another_person", "other people"),
    TRUE("true", "the person, really");

    private final String key;
    private final String shown;

    Source(String key, String shown) {
        this.key = key;
        this.shown = shown;
    }

    /// Its name in JSON.
    public String key() {
        return key;
    }

    /// Its name for people.
    public String shown() {
        return shown;
    }
}
