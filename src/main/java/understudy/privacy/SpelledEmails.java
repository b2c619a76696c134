package understudy.privacy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// E-mail addresses whose signs are written as words: `ada at example dot org`,
/// `ada[at]example.org`.
///
/// "Meet me at cafe.com" is none: the sign between the two halves, or the dot, has to be spelled in
/// a way that nobody uses in a sentence.
final class SpelledEmails {
    private static final String AT =
            "at|ät|arroba|arobase|chiocciola|klammeraffe|małpa|apenstaartje";
    private static final String DOT = "dot|punkt|punto|point|ponto|kropka|punt";
    private static final String LOCAL =
            "(?<![\\p{L}0-9._%+-])[\\p{L}0-9_%+-]{1,64}+"
                    + "(?:(?:[ ]?[._-][ ]?|[ ](?i:"
                    + DOT
                    + ")[ ])[\\p{L}0-9_%+-]{1,64}+){0,4}";
    private static final String NAME =
            """
            (?!(?i:the|an?|this|that|der|die|das|la|le|el|il|um?a?|een|de|of\
            |to)(?![\\p{L}0-9.-]))[\\p{L}0-9-]{1,63}+\
            """;

    private static final Pattern SIGN_SPELLED =
            Pattern.compile(
                    LOCAL
                            + "[ ]{0,2}(?:[\\[({<][ ]?(?iu:@|"
                            + AT
                            + ")[ ]?[\\])}>]|[ ]@[ ]?|@[ ])[ ]{0,2}"
                            + NAME
                            + "(?:[ ]{0,2}(?:\\.|[\\[({<]?[ ]?(?iu:"
                            + DOT
                            + ")[ ]?[\\])}>]?|[\\[({]\\.[\\])}])"
                            + "[ ]{0,2}"
                            + NAME
                            + "){1,4}");
    private static final Pattern ALL_SPELLED =
            Pattern.compile(
                    LOCAL
                            + "[ ]{0,2}(?:@|[ ](?iu:"
                            + AT
                            + ")[ ])[ ]{0,2}"
                            + NAME
                            + "(?:[ ](?iu:"
                            + DOT
                            + ")[ ]"
                            + NAME
                            + "|[ ]?[\\[({<][ ]?(?iu:\\.|"
                            + DOT
                            + ")[ ]?[\\])}>][ ]?"
                            + NAME
                            + "|[ ]?\\.[ ]?"
                            + NAME
                            + "(?=[ ](?iu:"
                            + DOT
                            + ")[ ])){1,4}");

    private SpelledEmails() {}

    static List<Finding> find(String text) {
        List<Finding> found = new ArrayList<>();
        for (Pattern pattern : List.of(SIGN_SPELLED, ALL_SPELLED)) {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                found.add(new Finding(Kind.EMAIL, matcher.start(), matcher.end()));
            }
        }
        return found;
    }
}
