package understudy.text;

/// Halves of characters, as broken exports carry them.
public final class Surrogates {
    private Surrogates() {}

    /// `text` with every lone surrogate as U+FFFD, character for character.
    public static String repair(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isLone(text, i)) {
                return repairFrom(text, i);
            }
        }
        return text;
    }

    private static String repairFrom(String text, int first) {
        StringBuilder repaired = new StringBuilder(text);
        for (int i = first; i < text.length(); i++) {
            if (isLone(text, i)) {
                repaired.setCharAt(i, '\uFFFD');
            }
        }
        return repaired.toString();
    }

    private static boolean isLone(String text, int index) {
        char unit = text.charAt(index);
        if (Character.isHighSurrogate(unit)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(unit)
                && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }
}
