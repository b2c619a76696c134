package understudy.privacy;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Stands for values of personal data: each of the same look, the same for the same value, and
/// nobody's.
///
/// Digits become digits and letters become letters of the same script and case; what stands between
/// them stays. What has check digits gets wrong ones, and a telephone number is one that no country
/// gives out, wherever a few tries find such a one; e-mail addresses and machines are of the names
/// and networks that RFC 2606, RFC 5737 and RFC 3849 keep for examples.
final class Pseudonyms {
    /// A value's end is what it is known by, as in [OthersWords].
    private static final int TAIL = 8;

    private static final int TRIES = 64;

    private static final Set<String> STREETS =
            Set.of(
                    "street",
                    "st",
                    "road",
                    "rd",
                    "avenue",
                    "ave",
                    "lane",
                    "ln",
                    "drive",
                    "dr",
                    "court",
                    "ct",
                    "place",
                    "pl",
                    "close",
                    "way",
                    "calle",
                    "avenida",
                    "plaza",
                    "paseo",
                    "carrer",
                    "rua",
                    "travessa",
                    "via",
                    "viale",
                    "piazza",
                    "corso",
                    "rue",
                    "boulevard",
                    "chemin",
                    "allée",
                    "ulica",
                    "ul",
                    "ulitsa",
                    "улица",
                    "ул",
                    "проспект",
                    "strada",
                    "calea",
                    "straße",
                    "strasse",
                    "str",
                    "weg",
                    "platz");

    private static final List<String> ENDINGS =
            List.of(
                    "straße", "strasse", "str", "allee", "gasse", "weg", "platz", "straat", "laan",
                    "gracht", "gatan", "vägen", "gade", "vej");

    private final RedactionKey key;
    private final List<String> regions;

    /// Which try it was for a value; the first spelling met decides for all of them.
    private final Map<String, Integer> tries = new HashMap<>();

    /// Letters and digits of what must not come out as a pseudonym: it is somebody's.
    private final Set<String> taken = new HashSet<>();

    Pseudonyms(RedactionKey key, List<String> regions) {
        this.key = key;
        this.regions = List.copyOf(regions);
    }

    /// Keeps a value from being anybody's pseudonym.
    void keep(Kind kind, String folded) {
        taken.add(bare(folded));
        if (numeric(kind)) {
            taken.add(tail(folded));
        }
    }

    /// Letters and digits of a text, lower case.
    static String bare(String folded) {
        return Bare.letters(folded).characters();
    }

    private static String tail(String folded) {
        String digits = Bare.digits(folded).characters();
        return digits.substring(Math.max(0, digits.length() - TAIL));
    }

    private static boolean numeric(Kind kind) {
        return kind == Kind.PHONE || kind == Kind.NUMBER;
    }

    /// Whether nobody can have it: it is kept for examples.
    static boolean nobodys(Kind kind, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        return switch (kind) {
            case EMAIL -> lower.matches(".*@(?:.*\\.)?example\\.(?:org|com|net)");
            case IP_ADDRESS ->
                    lower.startsWith("192.0.2.")
                            || lower.startsWith("198.51.100.")
                            || lower.startsWith("203.0.113.")
                            || lower.startsWith("2001:db8:");
            default -> false;
        };
    }

    /// @param value  as it stands in the text
    /// @param folded the same in plain characters
    String of(Kind kind, String value, String folded) {
        String name = (kind == Kind.UNNAMED_CODE ? Kind.CODE : kind).key();
        boolean number = numeric(kind) && bare(folded).length() == digits(folded);
        String known = number ? "number " + tail(folded) : name + " " + bare(folded);
        Integer first = tries.get(known);
        for (int attempt = first == null ? 0 : first; attempt < TRIES; attempt++) {
            String candidate = drawn(kind, value, new KeyedChoices(key, attempt + " " + known));
            if (first != null || fits(kind, candidate, folded)) {
                tries.put(known, attempt);
                return candidate;
            }
        }
        tries.put(known, TRIES - 1);
        return drawn(kind, value, new KeyedChoices(key, (TRIES - 1) + " " + known));
    }

    private static int digits(String folded) {
        return Bare.digits(folded).length();
    }

    private boolean fits(Kind kind, String candidate, String folded) {
        String plain = Fold.of(candidate).text();
        String bare = bare(plain);
        if (bare.equals(bare(folded)) || taken.contains(bare)) {
            return false;
        }
        return switch (kind) {
            case PHONE, NUMBER ->
                    !taken.contains(tail(plain)) && PersonalData.find(candidate, regions).isEmpty();
            case IBAN, CARD, NATIONAL_ID -> PersonalData.find(candidate, regions).isEmpty();
            default -> true;
        };
    }

    private static String drawn(Kind kind, String value, KeyedChoices choices) {
        return switch (kind) {
            case PHONE, NUMBER -> shaped(value, dialled(value), choices);
            case EMAIL -> email(value, choices);
            case IBAN -> shaped(value, 2, choices);
            case IP_ADDRESS -> machine(value, choices);
            case ADDRESS -> address(value, choices);
            case URL_SECRET -> link(value, choices);
            default -> shaped(value, 0, choices);
        };
    }

    /// Letters and digits from `from` on replaced; choices are counted from the end, so that a
    /// number with its country's code and one without end alike.
    private static String shaped(String value, int from, KeyedChoices choices) {
        int[] points = value.codePoints().toArray();
        int kept = value.codePointCount(0, from);
        int place = 0;
        for (int i = points.length - 1; i >= kept; i--) {
            int c = points[i];
            if (Character.isDigit(c)) {
                points[i] = Alphabets.digit(c, choices.at(place++, 10));
            } else if (Character.isLetter(c)) {
                points[i] = Alphabets.letter(c, place, choices.at(place, 4096));
                place++;
            }
        }
        return new String(points, 0, points.length);
    }

    /// How much of a number is the country's code or the zero that stands for it.
    private static int dialled(String value) {
        int at = 0;
        while (at < value.length() && "+(".indexOf(value.charAt(at)) >= 0) {
            at++;
        }
        boolean abroad = at > 0 && value.charAt(at - 1) == '+';
        if (value.startsWith("00", at)) {
            at += 2;
            abroad = true;
        }
        if (abroad) {
            Set<Integer> codes = PhoneNumberUtil.getInstance().getSupportedCallingCodes();
            for (int digits = 1; digits <= 3 && at + digits < value.length(); digits++) {
                String code = value.substring(at, at + digits);
                if (code.matches("[0-9]+") && codes.contains(Integer.valueOf(code))) {
                    return at + digits;
                }
            }
            return at;
        }
        return value.startsWith("0", at) ? at + 1 : at;
    }

    private static String email(String value, KeyedChoices choices) {
        int sign = value.lastIndexOf('@');
        if (sign < 1) {
            return shaped(value, 0, choices);
        }
        String[] domains = {"example.org", "example.com", "example.net"};
        return shaped(value.substring(0, sign), 0, choices)
                + "@"
                + domains[choices.at(4000, domains.length)];
    }

    private static String machine(String value, KeyedChoices choices) {
        if (value.contains(":")) {
            return "2001:db8::%x:%x".formatted(choices.at(0, 4096), choices.at(1, 4096));
        }
        String[] networks = {"192.0.2.", "198.51.100.", "203.0.113."};
        return networks[choices.at(0, networks.length)] + (1 + choices.at(1, 254));
    }

    /// The word that says what kind of street it is stays.
    private static String address(String value, KeyedChoices choices) {
        String changed = shaped(value, 0, choices);
        StringBuilder out = new StringBuilder(changed);
        int start = -1;
        for (int at = 0; at <= value.length(); at++) {
            boolean letter = at < value.length() && Character.isLetter(value.charAt(at));
            if (letter && start < 0) {
                start = at;
            } else if (!letter && start >= 0) {
                int from = keptFrom(value.substring(start, at).toLowerCase(Locale.ROOT));
                if (from >= 0 && changed.length() == value.length()) {
                    out.replace(start + from, at, value.substring(start + from, at));
                }
                start = -1;
            }
        }
        return out.toString();
    }

    private static int keptFrom(String word) {
        if (STREETS.contains(word)) {
            return 0;
        }
        for (String ending : ENDINGS) {
            if (word.endsWith(ending) && word.length() > ending.length() + 1) {
                return word.length() - ending.length();
            }
        }
        return -1;
    }

    /// The address of the web stays, and the names of its parameters; a login and the rest go.
    private static String link(String value, KeyedChoices choices) {
        String changed = shaped(value, 0, choices);
        if (changed.length() != value.length()) {
            return changed;
        }
        int scheme = value.indexOf("://");
        int host = scheme < 0 ? 0 : scheme + 3;
        int slash = value.indexOf('/', host);
        int hostEnd = slash < 0 ? value.length() : slash;
        int login = value.lastIndexOf('@', hostEnd);
        StringBuilder out = new StringBuilder(changed);
        keep(out, value, 0, host);
        if (login >= host) {
            keep(out, value, login, hostEnd);
        } else if (slash > 0) {
            keep(out, value, host, hostEnd);
        }
        int from = hostEnd;
        for (int at = hostEnd; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c == '=') {
                keep(out, value, from, at);
            } else if ("/?&#".indexOf(c) >= 0) {
                from = at;
            }
        }
        return out.toString();
    }

    private static void keep(StringBuilder out, String value, int start, int end) {
        out.replace(start, end, value.substring(start, end));
    }

    /// A name-like word of the same script, case and, nearly, length.
    ///
    /// @param word letters and digits only
    String name(String word, Set<String> listed) {
        String known = RedactionWords.withoutAccents(word).toLowerCase(Locale.ROOT);
        for (int attempt = 0; ; attempt++) {
            KeyedChoices choices = new KeyedChoices(key, attempt + " name " + known);
            String drawn = name(word, choices);
            if (attempt == TRIES || !listed.contains(drawn.toLowerCase(Locale.ROOT))) {
                return drawn;
            }
        }
    }

    private static String name(String word, KeyedChoices choices) {
        int[] points = word.codePoints().filter(Character::isLetterOrDigit).toArray();
        boolean capitals =
                points.length > 1
                        && java.util.Arrays.stream(points).noneMatch(Character::isLowerCase);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < points.length; i++) {
            int c = points[i];
            if (Character.isDigit(c)) {
                out.appendCodePoint(Alphabets.digit(c, choices.at(i, 10)));
                continue;
            }
            int lower = Alphabets.letter(Character.toLowerCase(c), i, choices.at(i, 4096));
            boolean upper = i == 0 ? Character.isUpperCase(c) : capitals && upper(points);
            out.appendCodePoint(upper ? Character.toUpperCase(lower) : lower);
        }
        return out.toString();
    }

    private static boolean upper(int[] points) {
        return Character.isUpperCase(points[0]);
    }
}
