package understudy.importer.whatsapp;

import java.time.LocalTime;

/// The beginning of a message: its date and time, as written.
///
/// @param style   what the headers of one export share
/// @param date    three numbers in the order of the file
/// @param time    of the day
/// @param written the date's text, for showing to the person
/// @param body    position in the line where the rest begins
/// @param padded  whether some number of the date has a leading zero
/// @param eastern whether it has Chinese, Japanese or Korean letters, whose years come first
/// @param unknown a word in it that is in no list; empty where there is none
record Header(
        HeaderStyle style,
        WrittenDate date,
        LocalTime time,
        String written,
        int body,
        boolean padded,
        boolean eastern,
        String unknown) {}
