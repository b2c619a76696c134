package understudy.text;

import java.util.Arrays;

/// The smallest of many numbers, again and again: a binary heap without boxes.
final class LongHeap {
    private long[] values;
    private int size;

    LongHeap(int capacity) {
        this.values = new long[Math.max(16, capacity)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        int hole = size++;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (values[parent] <= value) {
                break;
            }
            values[hole] = values[parent];
            hole = parent;
        }
        values[hole] = value;
    }

    /// Takes the smallest out; the heap must not be empty.
    long poll() {
        long smallest = values[0];
        long moved = values[--size];
        int hole = 0;
        while (true) {
            int child = 2 * hole + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && values[child + 1] < values[child]) {
                child++;
            }
            if (moved <= values[child]) {
                break;
            }
            values[hole] = values[child];
            hole = child;
        }
        values[hole] = moved;
        return smallest;
    }
}
