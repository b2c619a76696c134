package understudy.privacy;

import java.util.Arrays;

/// The letters and digits of a text, or its digits only, with the places where they stand: what
/// stays of a number or an address however it is written.
///
/// @param characters lower case
/// @param at         where in the text each stands
record Bare(String characters, int[] at) {

    static Bare letters(String folded) {
        return of(folded, false);
    }

    static Bare digits(String folded) {
        return of(folded, true);
    }

    private static Bare of(String folded, boolean digitsOnly) {
        StringBuilder kept = new StringBuilder();
        int[] at = new int[2 * folded.length()];
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (digitsOnly ? DigitGroups.digit(c) : Character.isLetterOrDigit(c)) {
                at[kept.length()] = i;
                kept.append(c == 'ß' ? 's' : Character.toLowerCase(c));
                if (c == 'ß') { // STRASSE is straße in capitals
                    at[kept.length()] = i;
                    kept.append('s');
                }
            }
        }
        return new Bare(kept.toString(), Arrays.copyOf(at, kept.length()));
    }

    int length() {
        return at.length;
    }
}
