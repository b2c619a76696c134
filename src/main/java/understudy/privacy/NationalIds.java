package understudy.privacy;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import understudy.privacy.DigitGroups.Group;

/// Numbers that states give to people, told by their check digits.
final class NationalIds {
    private static final String EDGE = "(?<![A-Za-z0-9])";
    private static final String END = "(?![A-Za-z0-9])";

    private static final Pattern SPAIN =
            Pattern.compile(
                    EDGE
                            + "(?i)(?:[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}|[XYZ][ -]?[0-9]{7})["
                            + " -]?[A-Z]"
                            + END);
    private static final Pattern ITALY =
            Pattern.compile(
                    EDGE
                            + "(?i)[A-Z]{6}[ ]?[0-9]{2}[A-EHLMPRST][0-9]{2}[ ]?[A-Z][0-9]{3}[A-Z]"
                            + END);
    private static final Pattern FRANCE =
            Pattern.compile(
                    EDGE
                            + "[12378][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?(?:[0-9]{2}|2[ABab])[ ]?[0-9]{3}"
                            + "[ ]?[0-9]{3}[ ]?[0-9]{2}"
                            + END);
    private static final Pattern UNITED_STATES =
            Pattern.compile(
                    "(?<![0-9-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9-])");
    private static final Pattern UNITED_KINGDOM =
            Pattern.compile(
                    EDGE
                            + "(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]["
                            + " ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[A-D]"
                            + END);
    private static final Pattern SWEDEN =
            Pattern.compile("(?<![0-9-])(?:19|20)?[0-9]{6}[-+][0-9]{4}(?![0-9-])");
    private static final Pattern NETHERLANDS_WORD =
            Pattern.compile("(?i)\\b(?:bsn|burgerservicenummer|sofi)\\b[^0-9\\n]{0,20}$");

    private static final String SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

    /// What a character at an odd place of a codice fiscale counts, for 0 to 9 and A to Z.
    private static final int[] ITALIAN_ODD = {
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
    };

    private NationalIds() {}

    static void find(String text, List<Group> groups, Findings findings) {
        add(SPAIN, text, findings, NationalIds::spanish);
        add(ITALY, text, findings, NationalIds::italian);
        add(FRANCE, text, findings, NationalIds::french);
        add(UNITED_STATES, text, findings, found -> true);
        add(UNITED_KINGDOM, text, findings, found -> true);
        add(SWEDEN, text, findings, NationalIds::swedish);
        DigitGroups.walk(
                groups,
                9,
                13,
                number -> {
                    int start = number.getFirst().start();
                    int end = number.getLast().end();
                    return number.size() <= 4
                            && findings.free(start, end)
                            && alone(text, start, end)
                            && numeric(text, start, DigitGroups.digits(text, start, end))
                            && findings.add(Kind.NATIONAL_ID, start, end);
                });
    }

    /// Judges what has the right shape, upper case and without what stands between.
    @FunctionalInterface
    private interface Check {
        boolean holds(String found);
    }

    private static void add(Pattern shape, String text, Findings findings, Check check) {
        Matcher matcher = shape.matcher(text);
        while (matcher.find()) {
            String found = matcher.group().replaceAll("[ .+-]", "").toUpperCase(Locale.ROOT);
            if (check.holds(found)) {
                findings.add(Kind.NATIONAL_ID, matcher.start(), matcher.end());
            }
        }
    }

    private static boolean alone(String text, int start, int end) {
        boolean left =
                start > 0
                        && (Character.isLetter(text.charAt(start - 1))
                                || "+_#".indexOf(text.charAt(start - 1)) >= 0);
        boolean right = end < text.length() && Character.isLetter(text.charAt(end));
        return !left && !right;
    }

    private static boolean numeric(String text, int start, String digits) {
        if (same(digits)) {
            return false;
        }
        return switch (digits.length()) {
            case 9 ->
                    NETHERLANDS_WORD.matcher(text.substring(Math.max(0, start - 50), start)).find()
                            && dutch(digits);
            case 11 -> german(digits) || brazilian(digits) || polish(digits) || turkish(digits);
            case 13 -> digits.startsWith("756") && ean(digits); // Switzerland
            default -> false;
        };
    }

    private static boolean same(String digits) {
        return digits.chars().distinct().count() == 1;
    }

    private static int at(String digits, int index) {
        return digits.charAt(index) - '0';
    }

    /// Sum of digits times weights.
    private static int sum(String digits, int... weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += at(digits, i) * weights[i];
        }
        return sum;
    }

    private static boolean spanish(String found) {
        int first = "XYZ".indexOf(found.charAt(0));
        String number = first < 0 ? found.substring(0, 8) : first + found.substring(1, 8);
        return SPANISH_LETTERS.charAt(Integer.parseInt(number) % 23)
                == found.charAt(found.length() - 1);
    }

    private static boolean italian(String found) {
        int sum = 0;
        for (int i = 0; i < 15; i++) {
            int value = Character.digit(found.charAt(i), 36);
            int place = value > 9 ? value - 10 : value;
            sum += i % 2 == 0 ? ITALIAN_ODD[place] : place;
        }
        return found.charAt(15) == 'A' + sum % 26;
    }

    private static boolean french(String found) {
        String number = found.substring(0, 13).replace("2A", "19").replace("2B", "18");
        int month = Integer.parseInt(found.substring(3, 5));
        return ((month >= 1 && month <= 12) || month >= 20)
                && 97 - Long.parseLong(number) % 97 == Integer.parseInt(found.substring(13));
    }

    private static boolean swedish(String found) {
        String ten = found.substring(found.length() - 10);
        int day = Integer.parseInt(ten.substring(4, 6));
        int month = Integer.parseInt(ten.substring(2, 4));
        return month >= 1 && month <= 12 && day >= 1 && day <= 31 && Accounts.luhn(ten);
    }

    /// Steuer-ID: one digit twice or three times among the first ten, ISO 7064 MOD 11,10.
    private static boolean german(String digits) {
        if (digits.charAt(0) == '0') {
            return false;
        }
        int[] times = new int[10];
        for (int i = 0; i < 10; i++) {
            times[at(digits, i)]++;
        }
        int repeated = 0;
        for (int count : times) {
            repeated += count > 1 ? 1 : 0;
            if (count > 3) {
                return false;
            }
        }
        int product = 10;
        for (int i = 0; i < 10; i++) {
            int sum = (at(digits, i) + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }
        return repeated == 1 && (11 - product) % 10 == at(digits, 10);
    }

    private static boolean brazilian(String digits) {
        int first = sum(digits, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10;
        int second = sum(digits, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10;
        return first == at(digits, 9) && second == at(digits, 10);
    }

    /// PESEL: a date of birth, whose century is added to its month, and a check digit.
    private static boolean polish(String digits) {
        int coded = Integer.parseInt(digits.substring(2, 4));
        int year =
                switch (coded / 20) {
                    case 0 -> 1900;
                    case 1 -> 2000;
                    case 4 -> 1800;
                    default -> 0;
                };
        int check = (10 - sum(digits, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3) % 10) % 10;
        return year > 0
                && check == at(digits, 10)
                && isDate(
                        year + Integer.parseInt(digits.substring(0, 2)),
                        coded % 20,
                        Integer.parseInt(digits.substring(4, 6)));
    }

    private static boolean isDate(int year, int month, int day) {
        try {
            LocalDate.of(year, month, day);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean turkish(String digits) {
        int odd = sum(digits, 1, 0, 1, 0, 1, 0, 1, 0, 1);
        int even = sum(digits, 0, 1, 0, 1, 0, 1, 0, 1);
        int all = sum(digits, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        return digits.charAt(0) != '0'
                && Math.floorMod(odd * 7 - even, 10) == at(digits, 9)
                && all % 10 == at(digits, 10);
    }

    private static boolean dutch(String digits) {
        int sum = sum(digits, 9, 8, 7, 6, 5, 4, 3, 2) - at(digits, 8);
        return sum % 11 == 0;
    }

    private static boolean ean(String digits) {
        int sum = sum(digits, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1);
        return sum % 10 == 0;
    }
}
