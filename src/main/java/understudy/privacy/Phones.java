package understudy.privacy;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.List;
import java.util.regex.Pattern;
import understudy.privacy.DigitGroups.Group;

/// Telephone numbers.
///
/// Which stretch of digits may be one is decided here, and libphonenumber says whether a country
/// has such numbers. Its own search through a text takes chat dates and prices for numbers too
/// often, and longer than linear time on some texts.
final class Phones {
    /// Countries that are tried where nobody says which are likely.
    static final List<String> USUAL =
            List.of(
                    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BR", "PL", "PT", "AT", "CH", "BE",
                    "MX", "AR", "TR", "SE", "IN", "RU", "UA");

    /// Questions to libphonenumber about one text; some 10 µs each. A text with more numbers than
    /// that is no chat, and what it holds then counts by its shape alone.
    private static final int MOST_QUESTIONS = 5_000;

    /// Stretches of digits of one text that are looked at closely, for the same reason.
    private static final int MOST_CANDIDATES = 5_000;

    private static final int LEAST_DIGITS = 7;
    private static final int MOST_DIGITS = 15; // E.164
    private static final int WORD_BEFORE = 40;

    private static final Pattern PHONE_WORD =
            Pattern.compile(
                    "(?iu)(?:\\btel\\b|telef|t[eé]l[eé]ph|phone|mobile|\\bmobil|\\bcell\\b|handy"
                            + "|nummer|\\bnumber|n[uú]mer|\\bcall\\b|text me|reach (?:me|him|her)"
                            + "|whats ?app|\\bwapp|signal|anruf|\\bruf\\b|ll[aá]ma|m[oó]vil"
                            + "|celular|\\bfax\\b|portable|appell?e|cellulare|chiama|bellen"
                            + "|zadzwo|\\bnr\\b|номер|телефон|звони|telefon|ara beni|ligar|liga"
                            + "|电话|手机|電話|هاتف|رقم)");
    private static final Pattern ORDER_WORD =
            Pattern.compile(
                    "(?iu)(?:order|invoice|ticket|track|parcel|package|ref|booking|bestell|rechnung"
                            + "|sendung|paket|auftrag|kunden|vertrag|pedido|factura|env[ií]o"
                            + "|commande|facture|colis|ordine|fattura|pacco|encomenda|zam[oó]wien"
                            + "|isbn|serial|\\bid\\b|#|№|\\bno\\.?)[^.!?\\n]{0,20}$");
    private static final Pattern UNIT_BEHIND =
            Pattern.compile(
                    "(?iu)\\s?(?:[€$£¥₽₺₹%°]|(?:eur|euros?|usd|dollars?|gbp|chf|pln|z[lł]|tl|kr|brl"
                            + "|reais|pesos?|rub|inr|mb|gb|kb|km|mm|cm|kg|ml|steps|schritte|pasos"
                            + "|views|likes|followers|years?|people|times)\\b)");

    private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();
    private final String text;
    private final List<String> hinted;
    private final List<String> regions;
    private int questions;
    private int candidates;

    /// @param hinted countries that are likely here; empty where nobody knows
    Phones(String text, List<String> hinted) {
        this.text = text;
        this.hinted = hinted;
        this.regions = hinted.isEmpty() ? USUAL : hinted;
    }

    void find(List<Group> groups, Findings findings) {
        DigitGroups.walk(
                groups,
                LEAST_DIGITS,
                MOST_DIGITS,
                number -> {
                    int end = number.getLast().end();
                    int start = opened(number.getFirst().start());
                    return findings.free(start, end)
                            && !tornOff(number.getFirst(), findings)
                            && is(number, start, end)
                            && findings.add(Kind.PHONE, start, end);
                });
    }

    /// Whether more digits of what may be the same row stand in front; a leading zero or a plus
    /// begins a number all the same.
    private boolean tornOff(Group first, Findings findings) {
        boolean opens = text.charAt(first.start()) == '0' || opened(first.start()) < first.start();
        int gap = first.start() - 1;
        while (gap > 0 && !DigitGroups.digit(text.charAt(gap))) {
            gap--;
        }
        return !opens && first.joined() && findings.free(gap, gap + 1);
    }

    /// Where a number begins, with the sign and the bracket in front of its digits.
    private int opened(int start) {
        int at = start;
        while (at > 0 && start - at < 2 && "+(".indexOf(text.charAt(at - 1)) >= 0) {
            at--;
        }
        return at;
    }

    private boolean is(List<Group> number, int start, int end) {
        String written = text.substring(start, end);
        String digits = DigitGroups.digits(text, start, end);
        boolean international =
                written.startsWith("+")
                        || written.startsWith("(+")
                        || (digits.startsWith("00") && digits.length() > 9);
        if (!standsAlone(start, end)) {
            return false;
        }
        if (++candidates > MOST_CANDIDATES) {
            return digits.length() >= 9;
        }
        if (international) {
            return digits.length() > 7 && possible(written.replace("(+", "+"));
        }
        String before = text.substring(Math.max(0, start - WORD_BEFORE), start);
        if (UNIT_BEHIND.matcher(text).region(end, text.length()).lookingAt()
                || (start > 0 && "€$£¥₽₺₹#".indexOf(before(start)) >= 0)) {
            return false;
        }
        boolean ordered = ORDER_WORD.matcher(before).find();
        boolean named = PHONE_WORD.matcher(before).find() && !ordered;
        if (named && digits.length() <= 13) {
            return true;
        }
        if (number.size() == 1) {
            boolean trunk = digits.charAt(0) == '0' && digits.length() >= 9;
            boolean here = !hinted.isEmpty() && digits.length() >= 9 && !ordered;
            return (trunk || here) && digits.length() <= 12 && valid(written);
        }
        return digits.length() >= 9 && !ordered && grouped(number, digits) && valid(written);
    }

    /// The last character before `start` that is no blank.
    private char before(int start) {
        int at = start - 1;
        while (at > 0 && text.charAt(at) == ' ') {
            at--;
        }
        return text.charAt(at);
    }

    private boolean standsAlone(int start, int end) {
        char left = start == 0 ? ' ' : text.charAt(start - 1);
        char right = end == text.length() ? ' ' : text.charAt(end);
        boolean cut =
                end + 1 < text.length()
                        && ".,:'".indexOf(right) >= 0
                        && DigitGroups.digit(text.charAt(end + 1));
        boolean begun =
                start > 1
                        && ".,:'-".indexOf(left) >= 0
                        && DigitGroups.digit(text.charAt(start - 2));
        return !cut
                && !begun
                && !Character.isLetterOrDigit(left)
                && "_=&#".indexOf(left) < 0
                && !Character.isLetterOrDigit(right)
                && right != '_';
    }

    /// Whether the groups are those of a telephone number and not of a decimal or a big number.
    private boolean grouped(List<Group> number, String digits) {
        if (digits.charAt(0) == '0') {
            boolean decimal = number.size() == 2 && number.getFirst().length() == 1;
            return !decimal;
        }
        boolean thousands =
                number.getFirst().length() <= 3
                        && number.stream().skip(1).allMatch(g -> g.length() == 3)
                        && text.charAt(number.getFirst().end()) == '.';
        boolean decimal = number.size() == 2 && text.charAt(number.getFirst().end()) == '.';
        boolean years =
                number.stream()
                        .allMatch(g ->
                                g.length() == 4
                                        && (text.startsWith("19", g.start())
                                                || text.startsWith("20", g.start())));
        boolean singles = number.stream().allMatch(g -> g.length() <= 2) && number.size() > 5;
        return !thousands && !decimal && !years && !singles;
    }

    private boolean possible(String written) {
        if (++questions > MOST_QUESTIONS) {
            return true;
        }
        try {
            return library.isPossibleNumber(library.parse(written.replaceFirst("^00", "+"), "ZZ"));
        } catch (NumberParseException e) {
            return false;
        }
    }

    private boolean valid(String written) {
        boolean zero = DigitGroups.digits(written, 0, written.length()).startsWith("0");
        for (String region : regions) {
            if (!zero && "0".equals(library.getNddPrefixForRegion(region, true))) {
                continue; // nobody there leaves the leading zero out
            }
            if (++questions > MOST_QUESTIONS) {
                return true;
            }
            try {
                PhoneNumber parsed = library.parse(written, region);
                if (library.isValidNumber(parsed)) {
                    return true;
                }
            } catch (NumberParseException e) {
                return false; // what is no number in one country is none in the next
            }
        }
        return false;
    }
}
