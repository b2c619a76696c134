package understudy.importer.whatsapp;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The numbers of a header and what stands between them.
final class HeadNumbers {
    private static final Set<String> DATE_SEPARATORS =
            Set.of("/", ".", "-", "", "年", "月", "년", "월", "_", "⁄", "∕", ",", "、");
    private static final Set<String> CLOCK_SEPARATORS =
            Set.of(":", ".", "h", "時", "时", "点", "點", "시", "∶", "٫");
    private static final Set<String> SECOND_SEPARATORS =
            Set.of(":", ".", "m", "min", "分", "분", "'", "∶", "٫");

    /// A filler word that is not in the list: longer ones are sentences.
    private static final int MAX_WORD = 12;

    private static final Pattern EASTERN =
            Pattern.compile("[\\p{IsHan}\\p{IsHangul}\\p{IsHiragana}\\p{IsKatakana}]");

    private final List<String> numbers = new ArrayList<>();

    /// `between.get(i)` stands before number i; the last one after all numbers. Trimmed.
    private final List<String> between = new ArrayList<>();

    private Clock.@Nullable Period period;
    private @Nullable Integer era;
    private final StringBuilder signature = new StringBuilder();
    private boolean eastern;
    private String unknown = "";

    private HeadNumbers() {}

    /// @param head  the text that should be date and clock and nothing else
    /// @param body  position in the line where the rest begins
    /// @return null where it is something else
    static @Nullable Header parse(String head, HeaderStyle.Frame frame, int body) {
        HeadNumbers parts = new HeadNumbers();
        String plain = ascii(head);
        parts.eastern = EASTERN.matcher(plain).find();
        parts.split(plain);
        int n = parts.numbers.size();
        if (n < 4 || n > 6) {
            return null;
        }
        return parts.header(frame, body);
    }

    /// Digits of all scripts and fullwidth signs as ASCII, marks dropped, blanks plain.
    private static String ascii(String head) {
        StringBuilder out = new StringBuilder(head.length());
        String plain = Marks.plain(head);
        for (int i = 0; i < plain.length(); ) {
            int c = plain.codePointAt(i);
            i += Character.charCount(c);
            int digit =
                    Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
                            ? Character.digit(c, 10)
                            : -1;
            if (digit >= 0) {
                out.append((char) ('0' + digit));
            } else if (c >= 0xFF01 && c <= 0xFF5E) {
                out.append((char) (c - 0xFF01 + '!'));
            } else if (c == '،' || c == '、') {
                out.append(',');
            } else if (c == '。' || c == '．') {
                out.append('.');
            } else {
                out.appendCodePoint(c);
            }
        }
        return out.toString();
    }

    private void split(String head) {
        StringBuilder gap = new StringBuilder();
        int at = 0;
        while (at < head.length()) {
            int end = at;
            while (end < head.length() && head.charAt(end) >= '0' && head.charAt(end) <= '9') {
                end++;
            }
            if (end > at) {
                numbers.add(head.substring(at, end));
                between.add(gap.toString().strip());
                gap.setLength(0);
                at = end;
            } else {
                gap.append(head.charAt(at++));
            }
        }
        between.add(gap.toString().strip());
    }

    private @Nullable Header header(HeaderStyle.Frame frame, int body) {
        if (numbers.stream().anyMatch(number -> number.length() > 4)) {
            return null;
        }
        Integer named = MonthNames.in(between.get(0) + " " + between.get(1));
        boolean clockFirst = named == null && clockSeparator(1);
        int dateNumbers = named == null ? 3 : 2;
        int clockNumbers = numbers.size() - dateNumbers;
        if (clockNumbers < 2 || clockNumbers > 3) {
            return null;
        }
        int dateAt = clockFirst ? clockNumbers : 0;
        int clockAt = clockFirst ? 0 : dateNumbers;
        LocalTime time = time(clockAt, clockNumbers);
        if (time == null || !words(clockFirst ? between.get(dateAt) : between.get(clockAt))) {
            return null;
        }
        time = shifted(time);
        WrittenDate date = named == null ? date(dateAt) : named(named);
        if (date == null || time == null) {
            return null;
        }
        boolean enclosed = frame == HeaderStyle.Frame.BRACKETS || frame == HeaderStyle.Frame.DASH;
        if (!enclosed && !unknown.isEmpty()) {
            return null; // nothing but the words would tell where the header ends
        }
        signature
                .append(clockFirst ? " clock first" : "")
                .append(clockNumbers == 3 ? " seconds" : "")
                .append(" year ")
                .append(date.yearAt());
        boolean padded =
                numbers.subList(dateAt, dateAt + dateNumbers).stream()
                        .anyMatch(s -> s.startsWith("0"));
        return new Header(
                new HeaderStyle(frame, signature.toString()),
                date,
                time,
                written(dateAt, dateNumbers),
                body,
                padded,
                eastern,
                unknown);
    }

    private boolean clockSeparator(int at) {
        String separator = between.get(at);
        return CLOCK_SEPARATORS.contains(separator) && !separator.equals(".");
    }

    /// Also reads what stands before and behind the clock.
    private @Nullable LocalTime time(int at, int count) {
        String first = between.get(at + 1);
        if (!CLOCK_SEPARATORS.contains(first)
                || (count == 3 && !SECOND_SEPARATORS.contains(between.get(at + 2)))) {
            return null;
        }
        for (int i = at; i < at + count; i++) {
            if (numbers.get(i).length() > 2) {
                return null;
            }
        }
        if (numbers.get(at + 1).length() != 2) {
            return null;
        }
        boolean last = at + count == numbers.size();
        if ((last && !words(between.getLast())) || (at == 0 && !words(between.getFirst()))) {
            return null;
        }
        int hour = Integer.parseInt(numbers.get(at));
        int minute = Integer.parseInt(numbers.get(at + 1));
        int second = count == 3 ? Integer.parseInt(numbers.get(at + 2)) : 0;
        if (hour > 24 || minute > 59 || second > 60) {
            return null;
        }
        return LocalTime.of(hour % 24, minute, Math.min(second, 59));
    }

    private @Nullable LocalTime shifted(LocalTime time) {
        if (period == null) {
            return time;
        }
        int hour = period.hour24(time.getHour());
        return hour > 24 ? null : time.withHour(hour % 24);
    }

    /// Half of the day, era, fillers such as "at". Unknown short words pass, and are part of the
    /// style: a header has them in all lines, a sentence does not.
    private boolean words(String text) {
        String rest = text.replaceAll("[,;()|\"״]", " ").strip();
        if (rest.isEmpty() || rest.equals(".") || rest.equals("-")) {
            signature.append(text.contains(",") ? "," : " ").append(rest);
            return true;
        }
        Clock clock = Clock.standard();
        Clock.Period whole = clock.period(rest);
        if (whole != null) {
            period = whole;
            return true;
        }
        List<String> strange = new ArrayList<>();
        for (String word : rest.replaceAll("([日일號号])", "$1 ").split("[\\s]+")) {
            Clock.Period half = clock.period(word);
            Integer other = clock.era(word);
            if (half != null && !clock.isSilent(word)) {
                period = half;
            } else if (other != null && era == null && !clock.isSilent(word)) {
                era = other;
            } else if (!clock.isSilent(word) && !Clock.key(word).isEmpty()) {
                strange.add(word);
            }
        }
        String left = String.join(" ", strange);
        unknown = left.isEmpty() ? unknown : left;
        signature.append(text.contains(",") ? "," : " ").append(left);
        return strange.size() <= 2 && left.length() <= MAX_WORD;
    }

    private @Nullable WrittenDate date(int at) {
        String one = between.get(at + 1);
        String two = between.get(at + 2);
        if (!DATE_SEPARATORS.contains(one) || !DATE_SEPARATORS.contains(two)) {
            return null;
        }
        String before = at == 0 ? between.getFirst() : "";
        int yearAt = -1;
        if (!before.isEmpty()) {
            Integer named = Clock.standard().era(before);
            if (named != null) {
                era = named;
                yearAt = 0;
            } else if (Clock.standard().period(before) == null && before.length() > MAX_WORD) {
                return null;
            }
        }
        for (int i = 0; i < 3; i++) {
            int length = numbers.get(at + i).length();
            if (length >= 3 && yearAt < 0) {
                yearAt = i;
            } else if (length >= 3 && i != yearAt) {
                return null;
            }
        }
        if (yearAt < 0 && one.equals("年")) {
            yearAt = 0;
        }
        signature.append(one).append(two);
        return new WrittenDate(number(at), number(at + 1), number(at + 2), yearAt, -1, era);
    }

    /// `5 Jan 2024`, `Jan 5, 2024`, `2024 Jan 5`.
    private @Nullable WrittenDate named(int month) {
        signature.append("month's name");
        boolean monthFirst = MonthNames.in(between.get(0)) != null;
        int a = number(0);
        int b = number(1);
        if (monthFirst) {
            return new WrittenDate(month, a, b, 2, 0, era);
        }
        return numbers.get(0).length() >= 3
                ? new WrittenDate(a, month, b, 0, 1, era)
                : new WrittenDate(a, month, b, 2, 1, era);
    }

    private int number(int at) {
        return Integer.parseInt(numbers.get(at));
    }

    private String written(int at, int count) {
        StringBuilder out = new StringBuilder();
        for (int i = at; i < at + count; i++) {
            String gap = i == at ? "" : between.get(i);
            out.append(gap.isEmpty() && i > at ? " " : gap).append(numbers.get(i));
        }
        return out.toString();
    }
}
