package understudy.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Dates as C's `strftime` writes them in English.
final class DateFormat {
    private DateFormat() {}

    static String format(String pattern, LocalDateTime date) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) != '%' || i + 1 == pattern.length()) {
                text.append(pattern.charAt(i));
                continue;
            }
            char kind = pattern.charAt(++i);
            boolean bare = kind == '-' && i + 1 < pattern.length();
            if (bare) {
                kind = pattern.charAt(++i);
            }
            String part = part(kind, date);
            text.append(bare && part.startsWith("0") ? part.substring(1) : part);
        }
        return text.toString();
    }

    private static String part(char kind, LocalDateTime date) {
        String java =
                switch (kind) {
                    case 'd' -> "dd";
                    case 'b', 'h' -> "MMM";
                    case 'B' -> "MMMM";
                    case 'm' -> "MM";
                    case 'y' -> "yy";
                    case 'Y' -> "yyyy";
                    case 'a' -> "EEE";
                    case 'A' -> "EEEE";
                    case 'H' -> "HH";
                    case 'I' -> "hh";
                    case 'M' -> "mm";
                    case 'S' -> "ss";
                    case 'p' -> "a";
                    case 'j' -> "DDD";
                    case 'F' -> "yyyy-MM-dd";
                    case 'T' -> "HH:mm:ss";
                    case '%' -> "'%'";
                    default -> throw new TemplateFault("the date sign %" + kind);
                };
        return DateTimeFormatter.ofPattern(java, Locale.US).format(date);
    }
}
