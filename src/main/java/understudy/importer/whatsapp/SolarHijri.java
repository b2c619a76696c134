package understudy.importer.whatsapp;

import java.time.DateTimeException;
import java.time.LocalDate;

/// The calendar of Iran and Afghanistan, for phones set to it.
///
/// Leap years are those with a remainder of (25 y + 11) / 33 below 8, which holds from 1244 to
/// 1530 (Borkowski, "The Persian calendar for 3000 years", 1996).
final class SolarHijri {
    /// 1 Farvardin 1403.
    private static final LocalDate ANCHOR = LocalDate.of(2024, 3, 20);

    private static final int ANCHOR_YEAR = 1403;

    private SolarHijri() {}

    static LocalDate date(int year, int month, int day) {
        int length = month <= 6 ? 31 : month < 12 ? 30 : leap(year) ? 30 : 29;
        if (month < 1 || month > 12 || day < 1 || day > length) {
            throw new DateTimeException("no such day");
        }
        long days = 0;
        for (int y = ANCHOR_YEAR; y < year; y++) {
            days += leap(y) ? 366 : 365;
        }
        for (int y = year; y < ANCHOR_YEAR; y++) {
            days -= leap(y) ? 366 : 365;
        }
        days += month <= 7 ? (month - 1) * 31L : 186 + (month - 7) * 30L;
        return ANCHOR.plusDays(days + day - 1);
    }

    private static boolean leap(int year) {
        return Math.floorMod(25 * year + 11, 33) < 8;
    }
}
