package understudy.importer.whatsapp;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.chrono.HijrahDate;
import java.time.temporal.ChronoField;
import org.jspecify.annotations.Nullable;
import understudy.importer.DateOrder;

/// A date as a header writes it: three numbers whose order is not known yet.
///
/// @param a      first number
/// @param b      second number
/// @param c      third number
/// @param yearAt 0, 1 or 2 where the year shows itself, by three or more digits, an era or a
///               month's name beside it; -1 where all three have one or two digits
/// @param month  where one of the numbers came from a month's name, which one; else -1
/// @param era    what takes the year to ours; null where no era is written
record WrittenDate(int a, int b, int c, int yearAt, int month, @Nullable Integer era) {

    /// @return null where this is no date in that order
    @Nullable LocalDate in(DateOrder order) {
        int yearIndex = yearAt >= 0 ? yearAt : order == DateOrder.YMD ? 0 : 2;
        if (yearAt >= 0 && (yearAt == 0) != (order == DateOrder.YMD)) {
            return null;
        }
        int first = yearIndex == 0 ? b : a;
        int second = yearIndex == 2 ? b : c;
        boolean monthFirst = order != DateOrder.DMY;
        if (month >= 0) {
            monthFirst = month == (yearIndex == 0 ? 1 : 0);
        }
        int year = yearIndex == 0 ? a : yearIndex == 1 ? b : c;
        return date(year, monthFirst ? first : second, monthFirst ? second : first);
    }

    private @Nullable LocalDate date(int year, int monthOfYear, int day) {
        try {
            if (era != null) {
                return plausible(LocalDate.of(year + era, monthOfYear, day));
            }
            if (year >= 1300 && year < 1410) {
                return plausible(SolarHijri.date(year, monthOfYear, day));
            }
            if (year >= 1410 && year < 1500) {
                HijrahDate date = HijrahDate.of(year, monthOfYear, day);
                return plausible(LocalDate.ofEpochDay(date.getLong(ChronoField.EPOCH_DAY)));
            }
            return plausible(LocalDate.of(gregorian(year), monthOfYear, day));
        } catch (DateTimeException e) {
            return null;
        }
    }

    /// Two digits are of this century, or of the Buddhist 26th: 67 is 2567, our 2024.
    private static int gregorian(int year) {
        if (year < 100) {
            return year >= 50 ? 2500 + year - 543 : 2000 + year;
        }
        if (year < 200) {
            return year + 1911; // Taiwan counts from 1912: 113 is 2024
        }
        return year >= 2400 && year < 2700 ? year - 543 : year;
    }

    private static @Nullable LocalDate plausible(LocalDate date) {
        return date.getYear() >= 1970 && date.getYear() < 2100 ? date : null;
    }
}
