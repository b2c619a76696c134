package understudy.text;

import java.util.Arrays;

/// Token ids, growing.
final class IdList {
    private int[] elements;
    private int size;

    IdList(int capacity) {
        this.elements = new int[Math.max(4, capacity)];
    }

    void add(int id) {
        room(1);
        elements[size++] = id;
    }

    void addAll(int[] ids, int count) {
        room(count);
        System.arraycopy(ids, 0, elements, size, count);
        size += count;
    }

    int size() {
        return size;
    }

    /// @return the last id, or [Vocabulary#NONE]
    int last() {
        return size == 0 ? Vocabulary.NONE : elements[size - 1];
    }

    /// The array behind the list; only the first [#size()] count.
    int[] elements() {
        return elements;
    }

    int[] toArray() {
        return Arrays.copyOf(elements, size);
    }

    private void room(int more) {
        if (size + more > elements.length) {
            elements = Arrays.copyOf(elements, Math.max(size + more, elements.length * 2));
        }
    }
}
