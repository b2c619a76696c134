package understudy.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.text.Tokenizer.ControlSpan;

/// Finds added tokens: at each place the longest, from left to right.
final class AddedTokenFinder {
    /// By first character, longest first.
    private final Map<Character, List<AddedToken>> tokens = new HashMap<>();

    AddedTokenFinder(List<AddedToken> added) {
        for (AddedToken token : added) {
            tokens.computeIfAbsent(token.text().charAt(0), first -> new ArrayList<>()).add(token);
        }
        Comparator<AddedToken> longestFirst =
                Comparator.comparingInt((AddedToken token) -> token.text().length()).reversed();
        tokens.values().forEach(list -> list.sort(longestFirst));
    }

    boolean isEmpty() {
        return tokens.isEmpty();
    }

    List<ControlSpan> find(String text) {
        List<ControlSpan> found = new ArrayList<>();
        int free = 0;
        int position = 0;
        while (position < text.length()) {
            AddedToken token = longestAt(text, position);
            if (token == null) {
                position++;
                continue;
            }
            int start = token.left() ? blanksBefore(text, position, free) : position;
            int end = position + token.text().length();
            if (token.right()) {
                end = blanksBehind(text, end);
            }
            found.add(new ControlSpan(start, end, token.id()));
            free = end;
            position = end;
        }
        return found;
    }

    private @Nullable AddedToken longestAt(String text, int position) {
        List<AddedToken> candidates = tokens.get(text.charAt(position));
        if (candidates == null) {
            return null;
        }
        for (AddedToken candidate : candidates) {
            if (text.startsWith(candidate.text(), position)
                    && (!candidate.singleWord() || standsAlone(text, position, candidate))) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean standsAlone(String text, int position, AddedToken token) {
        int end = position + token.text().length();
        boolean before = position > 0 && isWord(text.codePointBefore(position));
        boolean behind = end < text.length() && isWord(text.codePointAt(end));
        return !before && !behind;
    }

    private static boolean isWord(int character) {
        return Character.isLetterOrDigit(character) || character == '_';
    }

    private static int blanksBefore(String text, int position, int free) {
        int start = position;
        while (start > free && isBlank(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int blanksBehind(String text, int position) {
        int end = position;
        while (end < text.length() && isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isBlank(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }
}
