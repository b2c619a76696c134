package understudy.importer.whatsapp;

/// What all headers of one export have in common, whatever date they show.
///
/// @param frame     what encloses the date and separates it from the rest
/// @param signature separators, number of digits of the year, words between date and clock
record HeaderStyle(Frame frame, String signature) {

    /// How a header ends.
    enum Frame {
        /// `[5/1/24, 13:45:07] Ann: hi`
        BRACKETS,
        /// `5/1/24, 13:45 - Ann: hi`
        DASH,
        /// `05.01.24 13.45.07: Ann: hi`
        COLON,
        /// `5. 1. 2024. 13:45:07 Ann: hi`
        BARE
    }
}
