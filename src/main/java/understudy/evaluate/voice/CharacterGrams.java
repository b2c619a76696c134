package understudy.evaluate.voice;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// A text as a sparse vector of its character 1- to 4-grams, for [LogisticRegression].
///
/// The text stands between U+0002 and U+0003, so that its beginning and end count. Each gram's
/// UTF-8 bytes are hashed by 32-bit FNV-1a to one of 65,536 places; a place holds `log(1 + count)`,
/// and the vector has length 1.
///
/// @param places ascending
/// @param values of the same length
record CharacterGrams(int[] places, float[] values) {
    static final int PLACES = 1 << 16;
    private static final int LONGEST = 4;
    private static final int FNV_OFFSET = 0x811C9DC5;
    private static final int FNV_PRIME = 0x01000193;

    /// Characters that are looked at: longer texts are told apart by less.
    private static final int MOST_CHARACTERS = 4000;

    static CharacterGrams of(String text) {
        int[] points = ("\u0002" + text + "\u0003").codePoints().limit(MOST_CHARACTERS).toArray();
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int from = 0; from < points.length; from++) {
            for (int n = 1; n <= LONGEST && from + n <= points.length; n++) {
                counts.merge(place(new String(points, from, n)), 1, Integer::sum);
            }
        }
        int[] places = new int[counts.size()];
        float[] values = new float[counts.size()];
        int at = 0;
        double squares = 0;
        for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
            double value = Math.log1p(entry.getValue());
            places[at] = entry.getKey();
            values[at++] = (float) value;
            squares += value * value;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= (float) Math.sqrt(squares);
        }
        return new CharacterGrams(places, values);
    }

    private static int place(String gram) {
        int hash = FNV_OFFSET;
        for (byte b : gram.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return hash & (PLACES - 1);
    }
}
