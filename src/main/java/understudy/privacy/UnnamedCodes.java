package understudy.privacy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers, and mixes of letters and digits, that look like a code though no word beside them says
/// that they are one: the PIN that is the whole answer, the number on a parcel or a locker.
///
/// A finder that doubts: what it takes may be harmless. So it serves [Redaction] only, where a
/// wrong finding costs a few other digits, and not what goes out.
///
/// - A row of 6 to 20 digits anywhere, unless it is a sum of money, a quantity with its unit, part
///   of a sum, a date, round, counted, or made of two digits only (jokes, laughter).
/// - Alone in a line: 4 digits and more, unless a year, a quarter of an hour, round, counted or one
///   digit again and again; two or three groups of equal length; a word without blanks that mixes
///   letters and digits as no word does.
final class UnnamedCodes {
    private static final String MONEY =
            "€$£¥₹₽₺₩|eur|euros?|usd|dollars?|bucks|d[óo]lares|pesos|rupees|rs|inr|yen|won|pounds"
                    + "|quid|gbp|chf|franken|francs|kr|kronor|z[łl]|z[łl]otych|rub|руб|рублей|lira"
                    + "|tl|reais|brl";
    private static final Pattern ROW =
            Pattern.compile(
                    "(?u)(?<![\\p{L}\\p{N}_]|[0-9][-–.,:/'’=]|[.])[0-9]{6,20}"
                            + "(?![\\p{L}\\p{N}_]|[-–.,:/'’][0-9])");
    private static final Pattern BEFORE =
            Pattern.compile(
                    "(?iu)(?:[€$£¥₹₽₺₩+*×^/<>~≈]|[0-9] ?=|(?<!\\p{L})(?:"
                            + MONEY.substring(MONEY.indexOf('|') + 1)
                            + "))[. ]{0,2}$");
    private static final Pattern BEHIND =
            Pattern.compile(
                    """
                    (?iu)[ ]{0,2}(?:[€$£¥₹₽₺₩%°]|[-+*×^/=<>] ?[0-9]|(?:\
                    """
                            + MONEY.substring(MONEY.indexOf('|') + 1)
                            + """
                            |[mck]?m|miles?|met(?:er|re)s?|metros|mètres|ft|feet|k?g|gram(?:m|s)?\
                            |tons?|tonnes?|tonnen|l|lit(?:er|re)s?|litros|[kmgt]b|bytes?|pixels?|px\
                            |m?s|sec(?:ond)?s?|sekunden|segundos|secondes|min|minut(?:e|es|en|os)\
                            |hours?|stunden|horas|heures|days?|tage|d[íi]as|jours|years?|jahren?\
                            |a[ñn]os|ans|anni|лет|steps?|schritten?|pasos|passi|times|mal|veces\
                            |fois|volte|vezes|razy?|раз|people|persons?|menschen|leuten?|personas\
                            |gente|personnes|persone|pessoas|os[óo]b|человек|views?|followers?\
                            |abonnenten|seguidores|subs|subscribers|likes?|points?|punkten?|pts\
                            |puntos|punti|words?|w[öo]rter|palabras|mots|parole|votes?|stimmen\
                            |votos|copies|einwohner|inhabitants|habitant(?:e?s)|students|users|fans\
                            |coins|xp|credits|hz|rpm|k?cal|calories|percent|prozent)(?!\\p{L}))\
                            """);
    private static final Pattern DATE =
            Pattern.compile(
                    "(?:19|20)[0-9]{2}(?:(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])|(?:19|20)[0-9]{2})"
                            + "|(?:[0-2][0-9]|3[01])(?:[0-2][0-9]|3[01])(?:19|20)[0-9]{2}");
    private static final Pattern YEAR = Pattern.compile("(?:19|20)[0-9]{2}");
    private static final Pattern QUARTER = Pattern.compile("(?:[01][0-9]|2[0-4])(?:00|15|30|45)");

    /// A line and what stands around its letters and digits.
    private static final Pattern LINE =
            Pattern.compile(
                    "(?mu)^(?<before>[^\\p{L}\\p{N}\\n]{0,20})"
                            + "(?<core>[A-Za-z0-9][\\x20-\\x7e]{2,30}"
                            + "(?<=[A-Za-z0-9]))(?<behind>[^\\p{L}\\p{N}\\n]{0,20})$");

    private static final Pattern GROUPS =
            Pattern.compile("[0-9]{3}(?:[ -][0-9]{3}){1,2}|[0-9]{4}(?:[ -][0-9]{4}){1,2}");
    private static final Pattern QUANTITY_SIGN = Pattern.compile("[€$£¥₹₽₺₩%°+*×/=^<>~≈]");
    private static final Pattern MIXED = Pattern.compile("[A-Za-z0-9!@#$%^&*?+=~]{6,24}");

    /// Durations, sizes and episodes: 1h30m20s, 4x4x4, s02e11.
    private static final Pattern MEASURED =
            Pattern.compile("(?i)(?:[0-9]+[hmsdwxv]){1,6}[0-9]*|s[0-9]+e[0-9]+|[0-9]+[ap]m.*");

    private UnnamedCodes() {}

    /// @param text     folded: see [Fold]
    /// @param findings of all other rules; what they found or closed is left to them
    static void find(String text, Findings findings) {
        Matcher lines = LINE.matcher(text);
        while (lines.find()) {
            String around = lines.group("before") + lines.group("behind");
            if (!QUANTITY_SIGN.matcher(around).find() && aloneACode(lines.group("core"))) {
                findings.add(Kind.UNNAMED_CODE, lines.start("core"), lines.end("core"));
            }
        }
        Matcher rows = ROW.matcher(text);
        while (rows.find()) {
            boolean quantity =
                    BEFORE.matcher(text).region(Math.max(0, rows.start() - 16), rows.start()).find()
                            || BEHIND.matcher(text).region(rows.end(), text.length()).lookingAt();
            if (!quantity && !harmless(rows.group())) {
                findings.add(Kind.UNNAMED_CODE, rows.start(), rows.end());
            }
        }
    }

    private static boolean aloneACode(String core) {
        if (core.chars().allMatch(c -> c >= '0' && c <= '9')) {
            boolean time = core.length() == 4 && QUARTER.matcher(core).matches();
            return core.length() >= 4
                    && core.length() <= 20
                    && !time
                    && !YEAR.matcher(core).matches()
                    && !(core.length() < 6 && core.endsWith("00"))
                    && !harmless(core);
        }
        if (GROUPS.matcher(core).matches()) {
            String[] groups = core.split("[ -]");
            boolean round = true;
            for (String group : groups) {
                round &=
                        group.endsWith("0") || group.endsWith("5") || YEAR.matcher(group).matches();
            }
            return !round && !harmless(DigitGroups.digits(core, 0, core.length()));
        }
        return MIXED.matcher(core).matches() && mixed(core);
    }

    /// Whether letters and digits change as they do in no word, name or number.
    private static boolean mixed(String core) {
        int letters = 0;
        int upper = 0;
        int changes = 0;
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < core.length(); i++) {
            char c = core.charAt(i);
            letters += Character.isLetter(c) ? 1 : 0;
            upper += Character.isUpperCase(c) ? 1 : 0;
            if (DigitGroups.digit(c)) {
                digits.append(c);
            }
            changes +=
                    i > 0 && DigitGroups.digit(c) != DigitGroups.digit(core.charAt(i - 1)) ? 1 : 0;
        }
        int signs = core.length() - letters - digits.length();
        String number = digits.toString();
        if (letters < 2
                || number.chars().distinct().count() < 2
                || YEAR.matcher(number).matches()) {
            return false;
        }
        if (MEASURED.matcher(core).matches()) {
            return false;
        }
        boolean cases =
                upper > 0
                        && upper < letters
                        && core.chars().skip(1).anyMatch(Character::isUpperCase);
        boolean turning = changes >= 3 && number.length() >= (cases ? 2 : 3);
        boolean wordAndNumber = changes == 1 && number.length() >= 4 && !number.endsWith("000");
        return (turning && (upper > 0 || number.length() >= 4))
                || (letters >= 3 && (wordAndNumber || (signs > 0 && core.length() >= 8)));
    }

    /// Rows of digits that somebody plays or counts with, round sums and dates.
    private static boolean harmless(String row) {
        boolean few = row.chars().distinct().count() <= (row.length() < 6 ? 1 : 2);
        boolean round = row.length() >= 5 && row.endsWith("000") && row.charAt(0) != '0';
        return few || round || counted(row) || DATE.matcher(row).matches();
    }

    /// Whether each digit is one more, or one less, than the one before: 123456, 9876543210.
    private static boolean counted(String row) {
        int step = Math.floorMod(row.charAt(1) - row.charAt(0), 10);
        for (int i = 1; i < row.length(); i++) {
            if (Math.floorMod(row.charAt(i) - row.charAt(i - 1), 10) != step) {
                return false;
            }
        }
        return step == 1 || step == 9;
    }
}
