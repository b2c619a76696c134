package understudy.weights;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Words the errors about one weight file, always with the field that is wrong.
///
/// @param file   the file that is read
/// @param format as a person calls it, `GGUF` or `safetensors`
record Damage(Path file, String format) {
    private static final int SHOWN_CHARACTERS = 60;

    UserError in(String field, String what) {
        return in(field, what, null);
    }

    UserError in(String field, String what, @Nullable Throwable cause) {
        return new UserError(
                "damaged " + format + " file: " + field + " " + what,
                file.toString(),
                "fetch the file again (understudy model get NAME); if it stays so, the model was"
                        + " published damaged",
                cause);
    }

    UserError unreadable(Throwable cause) {
        return new UserError(
                "cannot read the " + format + " file",
                file.toString(),
                "check that it exists and that you may read it",
                cause);
    }

    /// A name out of the file, fit for a terminal: cut short, control characters replaced, so that
    /// a hostile name cannot drive the reader's terminal or break a log line.
    static String shown(String name) {
        StringBuilder shown = new StringBuilder("`");
        name.codePoints()
                .limit(SHOWN_CHARACTERS)
                .forEach(c -> {
                    boolean plain = c >= ' ' && c != 127 && Character.isDefined(c) && !hidden(c);
                    shown.appendCodePoint(plain ? c : '?');
                });
        if (name.codePointCount(0, name.length()) > SHOWN_CHARACTERS) {
            shown.append("...");
        }
        return shown.append('`').toString();
    }

    private static boolean hidden(int c) {
        int kind = Character.getType(c);
        return kind == Character.CONTROL
                || kind == Character.FORMAT
                || kind == Character.SURROGATE
                || kind == Character.LINE_SEPARATOR
                || kind == Character.PARAGRAPH_SEPARATOR;
    }
}
