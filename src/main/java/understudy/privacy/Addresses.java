package understudy.privacy;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Streets with a house number, in the ways of several languages.
///
/// Words such as `street` are looked for first, and what stands around them second, so that a text
/// without them costs one pass for each way.
final class Addresses {
    private static final String NAME = "\\p{Lu}[\\p{L}'’.-]{1,24}";
    private static final String SMALL =
            "(?:de|del|de la|de los|de las|da|do|dos|das|di|della|dei|du|des|la|le|les|von|van|der"
                    + "|den|of|the|l'|d'|san|santa|saint|st\\.?)";
    private static final String WORDS =
            "(?:[ ](?:"
                    + SMALL
                    + "|"
                    + NAME
                    + "|l'"
                    + NAME
                    + "|d'"
                    + NAME
                    + "|[IVX]{1,5}"
                    + "|[0-9]{1,2}(?=[ ](?:de|di)[ ]))){1,6}";
    private static final String NUMBER =
            "[ ]{0,2},?[ ]?(?:(?:n[º°o]?\\.?|nr\\.?|no[.:]?|núm\\.?|número|num\\.?|д\\.|дом)["
                    + " ]?)?[0-9]{1,4}(?:["
                    + " ]?[a-zA-Z](?![\\p{L}]))?(?:[/-][0-9]{1,4})?(?![0-9:]|[.,][0-9])";

    /// Times, amounts and distances, which are no house numbers.
    private static final Pattern NO_HOUSE =
            Pattern.compile(
                    """
                    (?iu)[ ]?(?:min|minut|uhr|km\\b|m\\b|h\\b|std|stund|tage?\\b|x\\b|%|€|\\$|£\
                    |pm\\b|am\\b|jahre|mal\\b|grad|personen|people|person|personas|pessoas|euro\
                    |o'clock|times|years|days|hours|horas?|minutos|dias|días|heures|ans\\b\
                    |jours|ore\\b|giorni|anni|godz|dni\\b|uur\\b|dagen)\
                    """);

    private static final Pattern BEHIND =
            Pattern.compile(
                    ",?[ \\n]{1,2}(?:[A-Z]{1,2}-)?(?:[0-9]{4,5}|[0-9]{2}-[0-9]{3}|[0-9]{4}["
                            + " ]?[A-Z]{2}|[A-Z]{1,2}[0-9][0-9A-Z]?[ ][0-9][A-Z]{2})(?![0-9])(?:["
                            + " ]\\p{Lu}[\\p{L}.-]{1,24}){0,2}");

    /// `Lindenstraße 12`, `Kerkstraat 5`, `Storgatan 3`: the kind of street ends the name.
    private static final Pattern ENDING =
            Pattern.compile(
                    "(?iu)(?<=[\\p{L}"
                        + " -])(?<kind>stra[sß]s?e|str\\.|allee|gasse|damm|ufer|chaussee|weg"
                        + "|platz|ring|steig|straat|laan|gracht|kade|plein|singel|gatan|vägen|gata"
                        + "|vej|gade|katu|tie|utca|sokak|sokağı|caddesi|cad\\.|sok\\.)(?<number>"
                            + NUMBER
                            + ")");

    private static final Pattern WHOLE_WORD_ONLY =
            Pattern.compile(
                    "(?iu)stra[sß]s?e|str\\.|sokak|sokağı|caddesi|cad\\.|sok\\.|utca|allee");
    private static final Pattern ORDINARY =
            Pattern.compile(
                    """
                    (?iu)(?:heim|park|sitz|arbeits|rück|hin|um|camping|spiel|steh|schlaf|unter\
                    |zelt|fußball|tennis|flug|stell|liege|schul|arbeits|lern|studien|aus|fuß\
                    |rad|hering|sp|st|br|boxr|d|ge|be|ver|tr|war|hat|kr)(?:weg|platz|ring|steig\
                    |damm|ufer|tie|plein|gata|kade|laan|gade|vej)\
                    """);

    /// `Calle Mayor 5`, `rua das Flores, 12`, `via Roma 3`, `ul. Długa 7`.
    private static final Pattern BEGINNING =
            Pattern.compile(
                    """
                    (?<![\\p{L}])(?:(?iu:calle|c/|avenida|avda\\.?|av\\.|paseo|plaza|carrer\
                    |camino|rua|travessa|praça|estrada|viale|corso|piazza|vicolo|largo|via\
                    |ul\\.|ulica|al\\.|улица|ул\\.|проспект|пр\\.|calea|strada|bulevardul))\
                    """
                            + WORDS
                            + NUMBER);

    /// `12 rue de la Paix`, `3 bis avenue Foch`.
    private static final Pattern FRENCH =
            Pattern.compile(
                    "(?<![0-9.,:])[0-9]{1,4}(?:[ ]?(?i:bis|ter))?,?["
                            + " ](?iu:rue|avenue|av\\.|boulevard"
                            + "|bd\\.?|allée|impasse|chemin|quai|cours|place|route)"
                            + WORDS);

    /// `221b Baker Street`.
    private static final Pattern ENGLISH =
            Pattern.compile(
                    "(?<![0-9.,:/])(?<number>[0-9]{1,5}[a-zA-Z]?)[ ](?<name>(?:(?:[NSEW]\\.?|"
                            + NAME
                            + """
                            |[0-9]{1,3}(?:st|nd|rd|th))[ ]){1,3}|[a-z]{3,20}[ ])(?i:street|st\\.?\
                            |avenue|ave\\.?|road|rd\\.?|lane|ln\\.?\
                            |drive|dr\\.?|court|ct\\.?\
                            |boulevard|blvd\\.?|terrace|crescent|close|gardens|square\
                            |way|parkway|pkwy|highway|hwy)(?![\\p{L}])\
                            """);

    private static final Pattern NO_NAME =
            Pattern.compile(
                    """
                    (?i)(?:way|min|mins|minutes|miles|mile|blocks?|meters?|metres?|km|hours?\
                    |hrs?|days?|years?|the|this|one|per|and|down|people|cars?|more|times|long\
                    |very|pm|side|main|other|hour|day|minute|year|lane|car|far|any|his|her|our\
                    |your|their|different|steps?|new|good|percent|degrees?)[ ]\
                    """);

    private Addresses() {}

    static void find(String text, Findings findings) {
        Matcher endings = ENDING.matcher(text);
        while (endings.find()) {
            int start = nameStart(text, endings);
            if (start >= 0 && isHouse(text, endings.end())) {
                add(text, start, endings.end(), findings);
            }
        }
        for (Pattern pattern : List.of(BEGINNING, FRENCH, ENGLISH)) {
            Matcher found = pattern.matcher(text);
            while (found.find()) {
                boolean ordinary =
                        pattern == ENGLISH && NO_NAME.matcher(found.group("name")).matches();
                if (!ordinary && isHouse(text, found.end())) {
                    add(text, found.start(), found.end(), findings);
                }
            }
        }
    }

    private static boolean isHouse(String text, int end) {
        return !NO_HOUSE.matcher(text).region(end, text.length()).lookingAt();
    }

    /// @return where the street's name begins; -1 where there is none
    private static int nameStart(String text, Matcher ending) {
        int kind = ending.start("kind");
        int start = wordStart(text, kind);
        String word = text.substring(start, ending.end("kind"));
        boolean street = WHOLE_WORD_ONLY.matcher(ending.group("kind")).matches();
        if (start == kind) { // a word of its own, such as "Lange Straße 5"
            int before = kind == 0 ? 0 : wordStart(text, kind - 1);
            boolean named =
                    kind > 1
                            && text.charAt(kind - 1) == ' '
                            && before < kind - 1
                            && Character.isUpperCase(text.charAt(before));
            return street && named ? before : -1;
        }
        boolean capital = Character.isUpperCase(text.charAt(start));
        boolean ordinary = ORDINARY.matcher(word).matches();
        int letters = kind - start;
        return letters >= 2 && !ordinary && (street || (capital && letters >= 3)) ? start : -1;
    }

    private static int wordStart(String text, int end) {
        int start = end;
        while (start > 0
                && end - start < 40
                && (Character.isLetter(text.charAt(start - 1)) || text.charAt(start - 1) == '-')) {
            start--;
        }
        return start;
    }

    private static void add(String text, int start, int end, Findings findings) {
        Matcher behind = BEHIND.matcher(text).region(end, text.length());
        boolean town = behind.lookingAt() && findings.free(start, behind.end());
        findings.add(Kind.ADDRESS, start, town ? behind.end() : end);
    }
}
