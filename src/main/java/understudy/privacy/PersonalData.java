package understudy.privacy;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds personal data in running text, by rules.
///
/// The time is linear in the length of the text, whoever wrote it: every repetition in a pattern
/// has a bound, and questions that cost more are asked a bounded number of times.
public final class PersonalData {
    /// Dates, times and years, whose digits are no part of any number.
    private static final Pattern BENIGN =
            Pattern.compile(
                    "(?<![0-9+]|[0-9][-./])(?:(?:19|20)[0-9]{2}([-./])[0-9]{1,2}\\1[0-9]{1,2}"
                            + "|[0-3]?[0-9]([-./])[0-3]?[0-9]\\2(?:(?:19|20)[0-9]{2}|[0-9]{2})"
                            + "|(?:19|20)[0-9]{2}[ ]?[-/][ ]?(?:19|20)?[0-9]{2})(?![-./]?[0-9])"
                            + "|(?<![0-9:])[0-2]?[0-9][:h][0-5][0-9](?::[0-5][0-9])?(?![0-9])");

    private PersonalData() {}

    /// What is found without knowing where the writers live.
    public static List<Finding> find(String text) {
        return find(text, List.of());
    }

    /// @param regions two-letter countries in which telephone numbers without a country code are
    ///                likely, such as `DE`; empty for the usual ones, with more doubt
    /// @return in the order of the text, none overlapping another
    public static List<Finding> find(String text, List<String> regions) {
        if (!worthALook(text)) {
            return List.of();
        }
        Fold fold = Fold.of(text);
        return inFolded(fold.text(), regions).stream()
                .map(f -> new Finding(f.kind(), fold.start(f.start()), fold.end(f.end())))
                .toList();
    }

    /// @param text folded: see [Fold]
    static List<Finding> inFolded(String text, List<String> regions) {
        return all(text, regions).sorted();
    }

    /// Unnamed codes, too: more than may be kept from a reply.
    ///
    /// @param text folded: see [Fold]
    static List<Finding> withUnnamed(String text, List<String> regions) {
        Findings findings = all(text, regions);
        UnnamedCodes.find(text, findings);
        return findings.sorted();
    }

    private static Findings all(String text, List<String> regions) {
        Findings findings = new Findings();
        WebData.find(text, findings);
        Matcher benign = BENIGN.matcher(text);
        while (benign.find()) {
            if (findings.free(benign.start(), benign.end())) {
                findings.close(benign.start(), benign.end());
            }
        }
        List<DigitGroups.Group> groups = DigitGroups.of(text);
        Accounts.find(text, groups, findings);
        NationalIds.find(text, groups, findings);
        Secrets.find(text, findings);
        Addresses.find(text, findings);
        new Phones(text, regions).find(groups, findings);
        return findings;
    }

    /// Everything that is looked for has one of these.
    static boolean worthALook(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean sign = c == '@' || c == ':' || c == '=';
            if (sign || DigitGroups.digit(c) || c >= 0x2070 || Character.isDigit(c)) {
                return true;
            }
        }
        return false;
    }
}
