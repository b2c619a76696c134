package understudy.privacy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import understudy.privacy.DigitGroups.Group;

/// Bank accounts and payment cards, both told by their check digits.
final class Accounts {
    /// Length of an IBAN by country, from the registry that ISO 13616 names.
    private static final Map<String, Integer> LENGTHS = lengths();

    private static final Pattern BEGINNING =
            Pattern.compile("(?<![A-Za-z0-9])[A-Za-z]{2}[ .-]?[0-9][ .-]?[0-9]");

    private Accounts() {}

    private static Map<String, Integer> lengths() {
        String all =
                "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18"
                        + " DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21"
                        + " HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27"
                        + " MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24"
                        + " RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VG24 XK20";
        Map<String, Integer> lengths = new TreeMap<>();
        for (String one : all.split(" ")) {
            lengths.put(one.substring(0, 2), Integer.parseInt(one.substring(2)));
        }
        return Map.copyOf(lengths);
    }

    static void find(String text, List<Group> groups, Findings findings) {
        Matcher beginnings = BEGINNING.matcher(text);
        while (beginnings.find()) {
            int end = ibanEnd(text, beginnings.start());
            if (end > 0) {
                findings.add(Kind.IBAN, beginnings.start(), end);
            }
        }
        DigitGroups.walk(
                groups,
                13,
                19,
                number -> {
                    int start = number.getFirst().start();
                    int end = number.getLast().end();
                    return findings.free(start, end)
                            && isCard(DigitGroups.digits(text, start, end))
                            && findings.add(Kind.CARD, start, end);
                });
    }

    /// @return where the IBAN that begins at `start` ends; -1 where none does
    private static int ibanEnd(String text, int start) {
        String country = text.substring(start, start + 2).toUpperCase(Locale.ROOT);
        int length = LENGTHS.getOrDefault(country, 0);
        StringBuilder iban = new StringBuilder(length);
        int at = start;
        int gap = 0;
        for (; at < text.length() && iban.length() < length && gap < 3; at++) {
            char c = text.charAt(at);
            if (c < 0x80 && Character.isLetterOrDigit(c)) {
                iban.append(Character.toUpperCase(c));
                gap = 0;
            } else if (" .-\n".indexOf(c) >= 0) {
                gap++;
            } else {
                return -1;
            }
        }
        boolean whole =
                length > 0
                        && iban.length() == length
                        && (at == text.length() || !Character.isDigit(text.charAt(at)));
        return whole && remainder(iban) == 1 ? at : -1;
    }

    /// The number modulo 97 with its first four characters moved to the end, letters as 10 to 35.
    private static int remainder(CharSequence iban) {
        int remainder = 0;
        for (int i = 0; i < iban.length(); i++) {
            int value = Character.digit(iban.charAt((i + 4) % iban.length()), 36);
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
        }
        return remainder;
    }

    static boolean isCard(String digits) {
        return luhn(digits) && network(digits);
    }

    static boolean luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int twice = 2 * digit;
            sum += i % 2 == 0 ? digit : twice > 9 ? twice - 9 : twice;
        }
        return sum % 10 == 0;
    }

    /// Whether a network has cards that begin like this and are as long.
    private static boolean network(String digits) {
        int two = Integer.parseInt(digits.substring(0, 2));
        int four = Integer.parseInt(digits.substring(0, 4));
        int length = digits.length();
        return switch (digits.charAt(0)) {
            case '2' -> four >= 2221 && four <= 2720 && length == 16;
            case '3' ->
                    switch (two) {
                        case 34, 37 -> length == 15;
                        case 30, 36, 38, 39 -> length == 14;
                        case 35 -> length == 16;
                        default -> false;
                    };
            case '4' -> length == 13 || length == 16 || length == 19;
            case '5' -> length == 16;
            case '6' -> length >= 16;
            default -> false;
        };
    }
}
