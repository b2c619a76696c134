package understudy.privacy;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// E-mail addresses, addresses of the web that let their holder in, addresses of machines.
final class WebData {
    private static final int LONGEST_LOCAL = 64; // RFC 5321
    private static final int LONGEST_DOMAIN = 255;

    private static final Pattern URL =
            Pattern.compile("(?i)(?:(?:https?|ftp|wss?)://|\\bwww\\.|\\bwa\\.me/|\\bt\\.me/)\\S++");
    private static final Pattern LOGIN = Pattern.compile("(?i)^[a-z]{2,5}://[^/@\\s]{1,200}@");
    private static final Pattern TOKEN =
            Pattern.compile(
                    "(?i)[?&#;](?:access_?|auth_?|refresh_?|id_?|reset_?|invite_?|login_?)?(?:token"
                            + "|key|api_?key|passw(?:or)?d|pwd|pass|secret|sig|signature|jwt|otp"
                            + "|session(?:_?id)?|sid|auth|code|invite|credential)=[^&#\\s]{6}");
    private static final Pattern INVITATION =
            Pattern.compile(
                    "(?i)(?:chat\\.whatsapp\\.com/[a-z0-9]{8}|t\\.me/(?:\\+|joinchat/)[a-z0-9_-]{8}"
                            + "|discord\\.gg/[a-z0-9]{4}|zoom\\.us/j/[0-9]{8})");
    private static final Pattern PHONE_LINK = Pattern.compile("(?i)^(?:https?://)?wa\\.me/\\+?\\d");

    private static final Pattern IPV4 =
            Pattern.compile("(?<![0-9.])(?:[0-9]{1,3}\\.){3}[0-9]{1,3}(?![0-9]|\\.[0-9])");
    private static final Pattern VERSION_WORD =
            Pattern.compile("(?i)(?:v|ver|version|build)[ .:]?$");
    private static final Pattern IPV6 =
            Pattern.compile(
                    "(?i)(?<![0-9a-f:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
                            + "|(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4}){1,5})(?![0-9a-f:])");

    /// What looks like the end of a domain in `icon@2x.png`.
    private static final Set<String> FILES =
            Set.of("png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "js", "css", "mp4", "webm");

    private WebData() {}

    /// What is in an address of the web is looked at here only: its digits are no telephone number.
    static void find(String text, Findings findings) {
        emails(text, findings);
        Matcher urls = URL.matcher(text);
        while (urls.find()) {
            String url = urls.group();
            if (PHONE_LINK.matcher(url).find()) {
                findings.add(Kind.PHONE, urls.start(), urls.end());
            } else if (LOGIN.matcher(url).find()
                    || TOKEN.matcher(url).find()
                    || INVITATION.matcher(url).find()) {
                findings.add(Kind.URL_SECRET, urls.start(), urls.end());
            }
            findings.close(urls.start(), urls.end());
        }
        machines(text, findings);
    }

    private static void emails(String text, Findings findings) {
        for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
            int start = at;
            while (start > 0 && at - start < LONGEST_LOCAL && local(text.charAt(start - 1))) {
                start--;
            }
            while (start < at && !Character.isLetterOrDigit(text.charAt(start))) {
                start++;
            }
            int end = at + 1;
            while (end < text.length() && end - at < LONGEST_DOMAIN && domain(text.charAt(end))) {
                end++;
            }
            while (end > at + 1 && !Character.isLetterOrDigit(text.charAt(end - 1))) {
                end--;
            }
            boolean link = start > 2 && "/:".indexOf(text.charAt(start - 1)) >= 0;
            String before = text.substring(Math.max(0, start - LONGEST_LOCAL), start);
            if (start < at
                    && !(link && before.contains("//"))
                    && named(text.substring(at + 1, end))) {
                findings.add(Kind.EMAIL, start, end);
            }
        }
    }

    private static boolean local(char c) {
        return Character.isLetterOrDigit(c) || "._%+-".indexOf(c) >= 0;
    }

    private static boolean domain(char c) {
        return Character.isLetterOrDigit(c) || c == '.' || c == '-';
    }

    private static boolean named(String domain) {
        int dot = domain.lastIndexOf('.');
        String last = domain.substring(dot + 1).toLowerCase(Locale.ROOT);
        return dot > 0
                && last.length() >= 2
                && last.length() <= 24
                && last.chars().allMatch(Character::isLetter)
                && !FILES.contains(last);
    }

    private static void machines(String text, Findings findings) {
        Matcher four = IPV4.matcher(text);
        while (four.find()) {
            List<Integer> parts =
                    List.of(four.group().split("\\.")).stream().map(Integer::valueOf).toList();
            String before = text.substring(Math.max(0, four.start() - 10), four.start());
            boolean version = VERSION_WORD.matcher(before).find();
            boolean small = parts.stream().allMatch(p -> p < 20); // 1.2.3.4 is a version
            boolean here = parts.getFirst() == 127 || parts.getFirst() == 0;
            if (!version && !small && !here && parts.stream().allMatch(p -> p < 256)) {
                findings.add(Kind.IP_ADDRESS, four.start(), four.end());
            }
        }
        Matcher six = IPV6.matcher(text);
        while (six.find()) {
            if (six.group().length() > 8) {
                findings.add(Kind.IP_ADDRESS, six.start(), six.end());
            }
        }
    }
}
