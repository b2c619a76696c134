package understudy.importer;

import java.util.List;

/// Text out of bytes of unknown encoding.
///
/// @param text     without a byte order mark, without lone surrogates, without U+0000
/// @param charset  name of the encoding that was used
/// @param replaced how many characters became U+FFFD
/// @param warnings what the person should know about it
public record DecodedText(String text, String charset, int replaced, List<String> warnings) {
    public DecodedText {
        warnings = List.copyOf(warnings);
    }
}
