package understudy.bot;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a text into messages that the network takes, never inside of what a reader sees as one
/// character.
final class Bubbles {
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    /// More lines than this are no longer short bubbles; the rest stays together.
    private static final int MOST = 6;

    private Bubbles() {}

    /// @return the pieces; joined they are `text`
    static List<String> split(String text) {
        return split(text, Answer.Bubble.MAX_UNITS);
    }

    /// @param most UTF-16 units of a piece
    static List<String> split(String text, int most) {
        if (text.length() <= most) {
            return List.of(text);
        }
        List<String> pieces = new ArrayList<>();
        Matcher graphemes = GRAPHEME.matcher(text);
        int from = 0;
        int end = 0;
        while (graphemes.find()) {
            if (graphemes.end() - from > most && end > from) {
                pieces.add(text.substring(from, end));
                from = end;
            }
            while (graphemes.end() - from > most) { // one endless character: between code points
                int cut = from + most;
                cut = Character.isLowSurrogate(text.charAt(cut)) ? cut - 1 : cut;
                pieces.add(text.substring(from, cut));
                from = cut;
            }
            end = graphemes.end();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    /// The lines of a text, as a person sends them one after the other; the first stays with
    /// `opening`.
    ///
    /// @param opening a line that goes before it; empty for none
    static List<String> lines(String opening, String text) {
        List<String> lines = text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
        List<String> bubbles = new ArrayList<>();
        int apart = Math.min(lines.size(), MOST);
        for (int i = 0; i < apart; i++) {
            boolean rest = i == apart - 1;
            bubbles.add(rest ? String.join("\n", lines.subList(i, lines.size())) : lines.get(i));
        }
        if (!opening.isEmpty() && !bubbles.isEmpty()) {
            bubbles.set(0, opening + "\n" + bubbles.getFirst());
        }
        return bubbles.stream().flatMap(b -> split(b).stream()).toList();
    }
}
