package understudy.importer.whatsapp;

import java.util.List;

/// A header and the text up to the next one.
///
/// @param header how it begins
/// @param line   number of its first line, from 1
/// @param rest   what follows the header in its line: author and text
/// @param more   the lines after it
record Entry(Header header, int line, String rest, List<String> more) {

    /// How many lines of the file it takes.
    int lines() {
        return 1 + more.size();
    }
}
