package understudy.base;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Hours of the week, by the clock on the wall: `18:00-23:00`, `mon-fri 18:00-23:00, sat
/// 10:00-24:00`, `22:00-06:00` over midnight.
///
/// A window over midnight belongs to the day it begins on. When clocks are put forward, what of a
/// window lies in the missing hour is left out; when they are put back, a window in the repeated
/// hour comes twice.
public final class Hours {
    private static final Pattern WINDOW =
            Pattern.compile(
                    "(?:([a-z]{3})(?:\\s*-\\s*([a-z]{3}))?\\s+)?"
                            + "(\\d{1,2}:\\d{2})\\s*-\\s*(\\d{1,2}:\\d{2})");
    private static final int MINUTES = 24 * 60;

    /// @param from minutes after midnight
    /// @param to   minutes after midnight, up to 1,440; not over `from` where it is the next day's
    private record Window(Set<DayOfWeek> days, int from, int to) {
        boolean overMidnight() {
            return to <= from;
        }
    }

    private final String text;
    private final List<Window> windows;

    private Hours(String text, List<Window> windows) {
        this.text = text;
        this.windows = List.copyOf(windows);
    }

    /// @param where the option or setting that says it, for the error
    /// @throws UserError where `text` is no list of windows
    public static Hours parse(String text, String where) {
        List<Window> windows = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = WINDOW.matcher(part.strip().toLowerCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw wrong(where);
            }
            int from = minutes(matcher.group(3), where);
            int to = minutes(matcher.group(4), where);
            if (from == to || from == MINUTES) {
                throw wrong(where);
            }
            String first = matcher.group(1);
            String last = matcher.group(2);
            Set<DayOfWeek> days =
                    first == null
                            ? EnumSet.allOf(DayOfWeek.class)
                            : days(day(first, where), day(last == null ? first : last, where));
            windows.add(new Window(days, from, to));
        }
        return new Hours(text.strip(), windows);
    }

    private static int minutes(String time, String where) {
        String[] parts = time.split(":", -1);
        int minutes = Integer.parseInt(parts[0]) * 60 + Integer.parseInt(parts[1]);
        if (minutes > MINUTES || Integer.parseInt(parts[1]) > 59) {
            throw wrong(where);
        }
        return minutes;
    }

    private static DayOfWeek day(String name, String where) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().toLowerCase(Locale.ROOT).startsWith(name)) {
                return day;
            }
        }
        throw wrong(where);
    }

    private static Set<DayOfWeek> days(DayOfWeek first, DayOfWeek last) {
        Set<DayOfWeek> days = EnumSet.of(first);
        for (DayOfWeek day = first; day != last; day = day.plus(1)) {
            days.add(day.plus(1));
        }
        return days;
    }

    private static UserError wrong(String where) {
        return new UserError(
                "these are no hours of the day",
                where,
                "write them as 18:00-23:00, 22:00-06:00 or \"mon-fri 18:00-23:00, sat"
                        + " 10:00-24:00\"");
    }

    /// Whether `time` is in one of the windows.
    public boolean contains(ZonedDateTime time) {
        int minute = time.getHour() * 60 + time.getMinute();
        DayOfWeek today = time.getDayOfWeek();
        for (Window window : windows) {
            boolean begun = window.days.contains(today) && minute >= window.from;
            boolean inside =
                    window.overMidnight()
                            ? begun || (window.days.contains(today.minus(1)) && minute < window.to)
                            : begun && minute < window.to;
            if (inside) {
                return true;
            }
        }
        return false;
    }

    /// How long until the next window begins; zero inside of one.
    public Duration untilNext(ZonedDateTime time) {
        if (contains(time)) {
            return Duration.ZERO;
        }
        // a window can also begin where the clocks change, in its middle
        return beginnings(time).stream()
                .filter(t -> t.isAfter(time) && contains(t))
                .min(ZonedDateTime::compareTo)
                .map(t -> Duration.between(time, t))
                .orElse(Duration.ofDays(7));
    }

    private List<ZonedDateTime> beginnings(ZonedDateTime time) {
        List<ZonedDateTime> all = new ArrayList<>();
        ZoneRules rules = time.getZone().getRules();
        ZonedDateTime end = time.plusDays(9);
        ZoneOffsetTransition change = rules.nextTransition(time.toInstant());
        while (change != null && change.getInstant().isBefore(end.toInstant())) {
            all.add(change.getInstant().atZone(time.getZone()));
            change = rules.nextTransition(change.getInstant());
        }
        for (int days = 0; days <= 8; days++) { // a week on, with a margin for a skipped hour
            LocalDate date = time.toLocalDate().plusDays(days);
            for (Window window : windows) {
                ZonedDateTime from =
                        ZonedDateTime.of(
                                date, LocalTime.ofSecondOfDay(window.from * 60L), time.getZone());
                all.add(from);
                all.add(from.withLaterOffsetAtOverlap());
            }
        }
        return all;
    }

    /// As it was written.
    @Override
    public String toString() {
        return text;
    }
}
