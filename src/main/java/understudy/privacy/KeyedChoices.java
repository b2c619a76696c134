package understudy.privacy;

/// Choices that follow from a text and the key: the same text, the same choices.
final class KeyedChoices {
    private final RedactionKey key;
    private final String text;
    private byte[] block = new byte[0];
    private int number = -1;

    KeyedChoices(RedactionKey key, String text) {
        this.key = key;
        this.text = text;
    }

    /// @param index which choice, from 0
    /// @param of    how many there are, 1 to 4096
    /// @return 0 to `of` - 1
    int at(int index, int of) {
        int wanted = index / 16;
        if (wanted != number) {
            block = key.bytes(wanted + " " + text);
            number = wanted;
        }
        int at = index % 16 * 2;
        return (((block[at] & 0xFF) << 8) | (block[at + 1] & 0xFF)) % of;
    }
}
