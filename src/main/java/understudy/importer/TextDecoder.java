package understudy.importer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Finds out in which encoding a text was written, and reads it.
///
/// Chat apps write UTF-8. Other encodings come from editors that people opened an export with:
/// UTF-16 from Windows Notepad and Excel, and windows-1252.
final class TextDecoder {
    private static final char REPLACEMENT = '\uFFFD';

    /// Enough to tell UTF-16 from UTF-8.
    private static final int SAMPLE_BYTES = 4096;

    private TextDecoder() {}

    static DecodedText decode(byte[] bytes) {
        if (starts(bytes, 0xEF, 0xBB, 0xBF)) {
            return read(bytes, 3, StandardCharsets.UTF_8, List.of());
        }
        if (starts(bytes, 0xFF, 0xFE, 0, 0)) {
            return read(bytes, 4, StandardCharsets.UTF_32LE, List.of());
        }
        if (starts(bytes, 0, 0, 0xFE, 0xFF)) {
            return read(bytes, 4, StandardCharsets.UTF_32BE, List.of());
        }
        if (starts(bytes, 0xFF, 0xFE)) {
            return read(bytes, 2, StandardCharsets.UTF_16LE, List.of());
        }
        if (starts(bytes, 0xFE, 0xFF)) {
            return read(bytes, 2, StandardCharsets.UTF_16BE, List.of());
        }
        Charset wide = wideWithoutMark(bytes);
        if (wide != null) {
            return read(bytes, 0, wide, List.of());
        }
        return narrow(bytes);
    }

    private static boolean starts(byte[] bytes, int... mark) {
        if (bytes.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((bytes[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /// UTF-16 shows in every second byte of digits, blanks and line breaks being 0.
    private static @org.jspecify.annotations.Nullable Charset wideWithoutMark(byte[] bytes) {
        int even = 0;
        int odd = 0;
        int n = Math.min(bytes.length, SAMPLE_BYTES) & ~1;
        for (int i = 0; i < n; i += 2) {
            even += bytes[i] == 0 ? 1 : 0;
            odd += bytes[i + 1] == 0 ? 1 : 0;
        }
        int pairs = n / 2;
        if (pairs < 4) {
            return null;
        }
        if (odd * 5 > pairs && even * 20 < pairs) {
            return StandardCharsets.UTF_16LE;
        }
        if (even * 5 > pairs && odd * 20 < pairs) {
            return StandardCharsets.UTF_16BE;
        }
        return null;
    }

    private static DecodedText narrow(byte[] bytes) {
        if (strictUtf8(bytes)) {
            return read(bytes, 0, StandardCharsets.UTF_8, List.of());
        }
        // Damaged UTF-8 still has whole sequences outside ASCII; windows-1252 hardly ever does.
        DecodedText utf8 = read(bytes, 0, StandardCharsets.UTF_8, List.of());
        long whole = utf8.text().chars().filter(c -> c > 0x7F && c != REPLACEMENT).count();
        if (whole >= utf8.replaced()) {
            return utf8;
        }
        return read(
                bytes,
                0,
                Charset.forName("windows-1252"),
                List.of("not UTF-8; read as windows-1252, so some letters may be wrong"));
    }

    private static boolean strictUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static DecodedText read(byte[] bytes, int from, Charset charset, List<String> known) {
        String raw = new String(bytes, from, bytes.length - from, charset);
        StringBuilder clean = new StringBuilder(raw.length());
        int replaced = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < raw.length()
                    && Character.isLowSurrogate(raw.charAt(i + 1))) {
                clean.append(c).append(raw.charAt(++i));
            } else if (c == REPLACEMENT || c == 0 || Character.isSurrogate(c)) {
                clean.append(REPLACEMENT);
                replaced++;
            } else if (c != '\uFEFF' || !clean.isEmpty()) {
                // a second byte order mark is left by tools that add one to what had one
                clean.append(c);
            }
        }
        List<String> warnings = new ArrayList<>(known);
        if (replaced > 0) {
            warnings.add(
                    "%d damaged characters became U+FFFD (read as %s)"
                            .formatted(replaced, charset.name()));
        }
        return new DecodedText(clean.toString(), charset.name(), replaced, warnings);
    }
}
