package understudy.privacy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads digits that are written as words: `zero one five one 234` as `0151 234`.
///
/// A word is taken for a digit only beside others, five of them at least, because most of these
/// words mean something else in some language.
final class Spoken {
    /// For rules that know no more than that digits stand there.
    private static final int LEAST_DIGITS = 5;

    private static final int LONGEST_GAP = 5;

    private static final Map<String, String> WORDS = words();
    private static final Pattern PIECE = Pattern.compile("[0-9]{1,64}|\\p{L}{1,12}+(?!\\p{L})");
    private static final Pattern CONNECTOR =
            Pattern.compile(
                    "(?iu)(?<![\\p{L}0-9])(?:at|ät|dot|punkt|punto|point|ponto|arroba|arobase"
                            + "|chiocciola|klammeraffe|małpa|kropka|minus|dash|hyphen|bindestrich"
                            + "|tiret|gui[oó]n|trattino|underscore|unterstrich|plus|slash|tecken"
                            + "|apenstaartje|punt)(?![\\p{L}0-9])");

    private Spoken() {}

    private static Map<String, String> words() {
        List<String> all =
                List.of(
                        "zero oh null cero zéro nul ноль zéró sıfır nolla noll nulla",
                        "one eins ein uno un une um uma een één jeden один bir ett en",
                        "two zwei zwo dos deux due dois duas twee dwa два iki två to",
                        "three drei tres trois tre três drie trzy три üç",
                        "four vier cuatro quatre quattro quatro cztery четыре dört fyra fire",
                        "five fünf fuenf cinco cinq cinque vijf pięć пять beş fem",
                        "six sechs seis sei zes sześć шесть altı sex seks",
                        "seven sieben siete sept sette sete zeven siedem семь yedi sju syv",
                        "eight acht ocho huit otto oito osiem восемь sekiz åtta otte",
                        "nine neun nueve neuf nove negen dziewięć девять dokuz nio ni");
        Map<String, String> words = new HashMap<>();
        for (int digit = 0; digit < all.size(); digit++) {
            for (String word : all.get(digit).split(" ")) {
                words.put(word, Integer.toString(digit));
            }
        }
        return Map.copyOf(words);
    }

    /// @param digits what it stands for; empty for a word that is none
    private record Piece(int start, int end, String digits, boolean word) {}

    static Fold of(Fold fold) {
        return of(fold, LEAST_DIGITS);
    }

    /// Every such word as a digit, alone or not: for a search that knows what it looks for.
    static Fold everyWord(Fold fold) {
        return of(fold, 1);
    }

    private static Fold of(Fold fold, int least) {
        String text = fold.text();
        List<Piece> row = new ArrayList<>();
        Fold.Editor editor = new Fold.Editor(fold);
        Matcher pieces = PIECE.matcher(text);
        while (pieces.find()) {
            boolean number = DigitGroups.digit(pieces.group().charAt(0));
            String digits =
                    number
                            ? pieces.group()
                            : WORDS.getOrDefault(pieces.group().toLowerCase(Locale.ROOT), "");
            boolean far = !row.isEmpty() && pieces.start() - row.getLast().end() > LONGEST_GAP;
            if (far || digits.isEmpty()) {
                write(row, editor, least);
            }
            if (!digits.isEmpty()) {
                row.add(new Piece(pieces.start(), pieces.end(), digits, !number));
            }
        }
        write(row, editor, least);
        return editor.done();
    }

    private static void write(List<Piece> row, Fold.Editor editor, int least) {
        int digits = row.stream().mapToInt(p -> p.digits().length()).sum();
        if (digits >= least) {
            row.stream()
                    .filter(Piece::word)
                    .forEach(p -> editor.replace(p.start(), p.end(), p.digits()));
        }
        row.clear();
    }

    /// Without the words that stand for `@`, a dot or a dash.
    static Fold withoutConnectors(Fold fold) {
        Fold.Editor editor = new Fold.Editor(fold);
        Matcher connectors = CONNECTOR.matcher(fold.text());
        while (connectors.find()) {
            editor.replace(connectors.start(), connectors.end(), " ");
        }
        return editor.done();
    }
}
