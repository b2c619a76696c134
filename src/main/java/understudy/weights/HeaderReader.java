package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads little-endian fields one after the other and refuses the first that does not fit into
/// what is left of the file.
final class HeaderReader {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final Damage damage;
    private long position;

    HeaderReader(MemorySegment bytes, Damage damage) {
        this.bytes = bytes;
        this.damage = damage;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    Damage damage() {
        return damage;
    }

    int u8(String field) {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1, field)) & 0xff;
    }

    int i32(String field) {
        return bytes.get(INT, take(4, field));
    }

    long i64(String field) {
        return bytes.get(LONG, take(8, field));
    }

    /// A count of things that take at least `least` bytes each, so that it can be believed.
    long count(String field, long least, long most) {
        long count = i64(field);
        if (count < 0 || count > remaining() / least) {
            throw damage.in(
                    field, "is " + Long.toUnsignedString(count) + ", more than the file holds");
        }
        if (count > most) {
            throw damage.in(field, "is " + count + ", more than the " + most + " that are allowed");
        }
        return count;
    }

    /// A string whose bytes must be UTF-8: 64-bit length, then the bytes.
    String name(String field, int most) {
        byte[] raw = string(field, most);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException e) {
            throw damage.in(field, "is not UTF-8", e);
        }
    }

    /// The bytes of a string: 64-bit length, then the bytes.
    byte[] string(String field, int most) {
        int length = (int) count(field + " length", 1, most);
        return block(length, field);
    }

    /// Passes over a string.
    ///
    /// @return its bytes
    int skipString(String field, int most) {
        int length = (int) count(field + " length", 1, most);
        position += length;
        return length;
    }

    /// Copies the bytes of a string that [#skipString] has checked before.
    void stringInto(byte[] target, int at) {
        int length = (int) i64("string length");
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, target, at, length);
        position += length;
    }

    /// Goes back to a [#position] from before.
    void rewind(long earlier) {
        position = earlier;
    }

    /// The next `length` bytes, copied.
    byte[] block(int length, String field) {
        byte[] raw = new byte[checked(length, field)];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, raw, 0, length);
        position += length;
        return raw;
    }

    private int checked(int length, String field) {
        if (length > remaining()) {
            throw damage.in(field, "ends beyond the end of the file");
        }
        return length;
    }

    private long take(int length, String field) {
        if (length > remaining()) {
            throw damage.in(field, "is cut off: the file ends at byte " + bytes.byteSize());
        }
        long at = position;
        position += length;
        return at;
    }
}
