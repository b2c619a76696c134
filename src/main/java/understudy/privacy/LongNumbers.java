package understudy.privacy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Long rows of digits that nobody named, however they are broken up.
///
/// In a chat such a row is hardly ever needed, and a model that has one learned it somewhere. Only
/// what goes out is looked at so strictly.
final class LongNumbers {
    private static final int LEAST_DIGITS = 9;

    /// For digits one by one, which is how somebody dictates.
    private static final int LEAST_SINGLE_DIGITS = 7;

    /// Digits with anything short but letters and line breaks between them.
    private static final Pattern ROW =
            Pattern.compile("(?<![0-9])[0-9](?:[^\\p{L}0-9\\n]{0,4}[0-9]){6,80}+");

    /// What is no number of a person: dates, times, sums in groups of three, lists.
    private static final Pattern HARMLESS =
            Pattern.compile(
                    """
                    (?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}\
                    |[0-3]?[0-9][-./][0-3]?[0-9][-./](?:(?:19|20)[0-9]{2}|[0-9]{2})(?!-?[0-9])\
                    |[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?|(?<![0-9])(?:19\
                    |20)[0-9]{2}(?![0-9])|[0-9]+[.,][0-9]{1,2}(?=[ ]?[€$£%])\
                    |(?<![0-9])[0-9]{1,3}(?:[.,'][0-9]{3}){2,5}(?![0-9])\
                    """);

    private static final Pattern LIST =
            Pattern.compile("[0-9]{1,4}(?:(?:,[ ]| [-+*/x=] | ?[:–] ?)[0-9]{1,4})*+");
    private static final Pattern MONEY = Pattern.compile("(?iu)[ ]?(?:[€$£¥%]|eur|usd|chf)");

    private LongNumbers() {}

    static List<Finding> find(String text) {
        List<Finding> found = new ArrayList<>();
        Matcher rows = ROW.matcher(text);
        while (rows.find()) {
            String row = rows.group();
            boolean money = MONEY.matcher(text).region(rows.end(), text.length()).lookingAt();
            if (!money && !counts(row) && suspicious(HARMLESS.matcher(row).replaceAll("~"))) {
                found.add(new Finding(Kind.NUMBER, rows.start(), rows.end()));
            }
        }
        return found;
    }

    private static boolean suspicious(String row) {
        for (String part : row.split("~")) {
            int digits = DigitGroups.digits(part, 0, part.length()).length();
            boolean single = digits >= LEAST_SINGLE_DIGITS && !part.matches("(?s).*[0-9]{2}.*");
            boolean list = LIST.matcher(part.strip()).matches() && !single;
            if (single || (digits >= LEAST_DIGITS && !list)) {
                return true;
            }
        }
        return false;
    }

    /// Whether somebody counts: 1, 2, 3, 4 or 10 9 8.
    private static boolean counts(String row) {
        String[] numbers = row.split("[^0-9]++");
        if (numbers.length < 4 || numbers[0].length() > 4 || numbers[1].length() > 4) {
            return false;
        }
        int step = Integer.parseInt(numbers[1]) - Integer.parseInt(numbers[0]);
        for (int i = 1; i < numbers.length; i++) {
            boolean next =
                    numbers[i].length() <= 4
                            && numbers[i - 1].length() <= 4
                            && Integer.parseInt(numbers[i]) - Integer.parseInt(numbers[i - 1])
                                    == step;
            if (!next) {
                return false;
            }
        }
        return step != 0;
    }
}
