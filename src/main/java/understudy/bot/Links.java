package understudy.bot;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes addresses out of what a model wrote, unless the other side wrote them first: a text that
/// was led astray must not carry anything away, nor send people anywhere.
final class Links {
    /// With a scheme or `www.`, or a bare name that the network would make a link of.
    private static final Pattern LINK =
            Pattern.compile(
                    "(?<![\\p{L}\\p{N}])(?:[a-z][a-z0-9+.-]{1,20}://|www\\.|mailto:|tel:)\\S+"
                            + "|(?<![\\p{L}\\p{N}@.-])(?:[\\p{L}\\p{N}-]++\\.)+(?:\\p{L}{2,20}/\\S*"
                            + "|(?:com|org|net|info|io|me|app|dev|xyz|ru|cn|ly|gl|to|tk|link|site"
                            + "|online|click|top|biz|co|gg|ai|tv|cc|ws|de|uk|fr|nl|eu|us)"
                            + "(?![\\p{L}\\p{N}]))",
                    Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private Links() {}

    /// @param theirs what the other side wrote
    static String strip(String text, Collection<String> theirs) {
        Matcher link = LINK.matcher(text);
        StringBuilder kept = new StringBuilder();
        boolean removed = false;
        while (link.find()) {
            String address = trimmed(link.group()).toLowerCase(Locale.ROOT);
            boolean known =
                    theirs.stream().anyMatch(t -> t.toLowerCase(Locale.ROOT).contains(address));
            removed |= !known;
            link.appendReplacement(kept, known ? Matcher.quoteReplacement(link.group()) : "");
        }
        link.appendTail(kept);
        return removed ? kept.toString().replaceAll("[ \\t]{2,}", " ").strip() : text;
    }

    private static String trimmed(String address) {
        return address.replaceAll("[.,;:!?)\\]}'\"]+$", "");
    }
}
