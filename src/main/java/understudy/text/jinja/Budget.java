package understudy.text.jinja;

/// What a template may still use up: it is a program from a stranger.
public final class Budget {
    /// Steps for a template itself; a step is a part of an expression, a turn of a loop, or 64
    /// characters copied.
    public static final long STEPS = 500_000;

    /// Longest text, in characters, beyond what was handed in.
    public static final long CHARACTERS = 1_000_000;

    /// Deepest nesting of expressions, blocks and macro calls.
    private static final int DEPTH = 400;

    private static final int CHARACTERS_A_STEP = 64;

    private final long mostCharacters;
    private long steps;
    private int depth;
    private int line = 1;

    /// @param steps      how many are allowed
    /// @param characters longest text any step may make, the result included
    public Budget(long steps, long characters) {
        this.steps = steps;
        this.mostCharacters = characters;
    }

    void step() {
        steps(1);
    }

    void steps(long count) {
        steps -= count;
        if (steps < 0) {
            throw new TemplateFault("runs for too long");
        }
    }

    /// Accounts for a text before it is made.
    void text(long length) {
        text(0, length);
    }

    /// Accounts for characters before they are appended to a text.
    void text(long length, long appended) {
        if (length + appended > mostCharacters) {
            throw new TemplateFault("makes too long a text");
        }
        steps(appended / CHARACTERS_A_STEP);
    }

    void enter() {
        step();
        if (++depth > DEPTH) {
            throw new TemplateFault("nests too deeply");
        }
    }

    void leave() {
        depth--;
    }

    void at(int newLine) {
        line = newLine;
    }

    /// The line of the template at work.
    int line() {
        return line;
    }
}
