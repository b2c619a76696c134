package understudy.importer.whatsapp;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import understudy.chat.Message.Kind;

/// Tells from its text what sort of message this is, and takes off what the app added.
final class Body {
    /// `00000012-PHOTO-2024-03-15-10-11-12.jpg`, in any language of the word before it.
    private static final Pattern IOS_FILE =
            Pattern.compile("<[^<>:]{1,40}[:：]\\s?[^<>]{0,200}\\.\\w{1,8}>\\s*$");

    /// `IMG-20240315-WA0001.jpg (file attached)`, in any language of the words in brackets.
    private static final Pattern ANDROID_FILE =
            Pattern.compile("^[A-Z]{3,7}-\\d{8}-WA\\d{1,6}\\.\\w{1,8}(?: [(（<].{1,60})?$");

    private static final Pattern ANY_FILE =
            Pattern.compile("^.{1,250}\\.\\w{1,8} ?[(（](.{1,60})[)）]$");

    /// A position on a map: Google's on both systems, Foursquare's for places with a name.
    private static final Pattern PLACE =
            Pattern.compile(
                    "^[^:\\n]{0,60}[:：]?\\s*(?:https://maps\\.google\\.com/\\?q="
                            + "|[^\\n]{0,200}https://(?:www\\.)?foursquare\\.com/v/)\\S+$");

    private static final Pattern OPTION =
            Pattern.compile("^([^:：]{1,30})[:：] .*[(（][^()（）]*\\d[^()（）]*[)）]$");

    private static final Pattern BY = Pattern.compile("(?:admin| por| da| par)$");

    private static final Pattern OUTCOME = Pattern.compile("^\\d{1,4}\\s?\\p{L}{1,12}.{0,20}$");

    /// Captions of files that were left out stand behind the marker, or before it on iOS.
    private static final int MAX_MARKER = 80;

    private final Words words = Words.standard();

    /// @param kind    of the message
    /// @param text    without direction marks in front and without the mark of an edited message
    record Read(Kind kind, String text) {}

    /// @param text     everything behind the author, lines joined by `\n`
    /// @param appsOwn  whether the app put U+200E before it, as iOS does with its own words
    Read read(String text, boolean appsOwn) {
        String clean = withoutEdited(text.substring(Marks.skip(text, 0)));
        String folded = Marks.folded(clean.replaceAll("[<>]", ""));
        String first = firstLine(clean);
        String firstFolded = Marks.folded(first.replaceAll("[<>]", ""));
        if (isMedia(clean, first, folded, firstFolded, appsOwn)) {
            return new Read(Kind.MEDIA, clean);
        }
        if (starts(words.deleted(), folded, false)) {
            return new Read(Kind.DELETED, clean);
        }
        if (isCall(folded, appsOwn)) {
            return new Read(Kind.CALL, clean);
        }
        return new Read(Kind.TEXT, clean);
    }

    /// Whether `text` tells of a call.
    boolean isCall(String text, boolean appsOwn) {
        String folded = Marks.folded(text);
        if (words.missed().contains(folded) || (appsOwn && starts(words.missed(), folded, true))) {
            return true;
        }
        for (String call : words.calls()) {
            if (folded.equals(call)) {
                return appsOwn;
            }
            if (folded.startsWith(call) && folded.length() < MAX_MARKER) {
                String rest = folded.substring(call.length()).strip();
                boolean set = !rest.isEmpty() && ".,،、，。".indexOf(rest.charAt(0)) >= 0;
                if (set && (appsOwn || OUTCOME.matcher(rest.substring(1).strip()).matches())) {
                    return true;
                }
            }
        }
        // "Missed voice call. Tap to call back", without the mark in older exports
        return words.missed().stream()
                .anyMatch(m -> folded.startsWith(m + ". ") || folded.startsWith(m + ", "));
    }

    private boolean isMedia(
            String text, String first, String folded, String firstFolded, boolean appsOwn) {
        if (Marks.plain(text).isBlank() || text.equals("null")) {
            return true; // what an export leaves of media that could be seen once
        }
        if (words.omitted().contains(firstFolded) || words.live().contains(firstFolded)) {
            return true;
        }
        if (folded.length() < 300 && endsInOmitted(text, folded, appsOwn)) {
            return true;
        }
        String plainFirst = Marks.plain(first);
        if (ANDROID_FILE.matcher(plainFirst).matches()) {
            return true;
        }
        if (IOS_FILE.matcher(Marks.plain(text.replace('\n', ' '))).find() && attachedAngle(text)) {
            return true;
        }
        Matcher file = ANY_FILE.matcher(plainFirst);
        if (file.matches() && words.attached().contains(Marks.folded(file.group(1)))) {
            return true;
        }
        return PLACE.matcher(Marks.plain(text)).matches()
                || (text.contains("\n") && text.startsWith("EVENT:"))
                || isPoll(text);
    }

    /// `report.pdf • 3 pages document omitted`, and captions before the marker.
    private boolean endsInOmitted(String text, String folded, boolean appsOwn) {
        int mark = text.lastIndexOf(Marks.LEFT_TO_RIGHT);
        if (mark > 0 && words.omitted().contains(Marks.folded(text.substring(mark)))) {
            return true;
        }
        return (appsOwn || text.contains("•"))
                && words.omitted().stream().anyMatch(w -> folded.endsWith(" " + w));
    }

    /// `<attached: 00000012-PHOTO-…>`, maybe behind a caption or the name of a document.
    private boolean attachedAngle(String text) {
        int open = text.lastIndexOf('<');
        String inside = text.substring(open + 1);
        int colon = inside.indexOf(':');
        return words.attached()
                        .contains(Marks.folded(colon < 0 ? inside : inside.substring(0, colon)))
                || inside.matches("(?s).*\\d{8}-[A-Z_]+-\\d{4}-.*");
    }

    /// A word and a colon, the question, then options that all begin with another word: both
    /// words differ by language, the shape does not.
    private static boolean isPoll(String text) {
        List<String> lines = text.strip().lines().toList();
        if (lines.size() < 3 || !Marks.plain(lines.getFirst()).matches("[^:：]{1,30}[:：]")) {
            return false;
        }
        String word = null;
        for (String line : lines.subList(2, lines.size())) {
            Matcher option = OPTION.matcher(Marks.plain(line));
            if (!option.matches() || (word != null && !word.equals(option.group(1)))) {
                return false;
            }
            word = option.group(1);
        }
        return true;
    }

    /// @param loose whether anything may follow the phrase; otherwise only a name, behind the
    ///              phrases that end in the word for "by" or "admin"
    private static boolean starts(Set<String> phrases, String folded, boolean loose) {
        if (phrases.contains(folded)) {
            return true;
        }
        if (folded.length() >= MAX_MARKER) {
            return false;
        }
        for (String phrase : phrases) {
            if (folded.startsWith(phrase)
                    && (loose || BY.matcher(phrase).find())
                    && !Character.isLetter(folded.codePointAt(phrase.length()))) {
                return true;
            }
        }
        return false;
    }

    private String withoutEdited(String text) {
        String plain = text.stripTrailing();
        if (!plain.endsWith(">")) {
            return text;
        }
        int open = plain.lastIndexOf('<');
        if (open < 0
                || !words.edited()
                        .contains(Marks.folded(plain.substring(open + 1, plain.length() - 1)))) {
            return text;
        }
        int end = open;
        while (end > 0
                && (Marks.isMark(plain.charAt(end - 1)) || Marks.isBlank(plain.charAt(end - 1)))) {
            end--;
        }
        return plain.substring(0, end);
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
