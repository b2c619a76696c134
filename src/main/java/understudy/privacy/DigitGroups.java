package understudy.privacy;

import java.util.ArrayList;
import java.util.List;

/// The stretches of digits in a text, and which of them stand so close that they may be one number.
final class DigitGroups {
    /// Between two groups of one number: `) `, ` - `, ` / `.
    private static final int LONGEST_GAP = 3;

    private static final String GAP = " .-/()";

    private DigitGroups() {}

    /// @param joined whether only blanks, dots, dashes, slashes or brackets, three at most, stand
    ///               between the group before and this one
    record Group(int start, int end, boolean joined) {
        int length() {
            return end - start;
        }
    }

    /// @param text folded: its digits are ASCII
    static List<Group> of(String text) {
        List<Group> groups = new ArrayList<>();
        int last = -1;
        for (int at = 0; at < text.length(); at++) {
            if (!digit(text.charAt(at))) {
                continue;
            }
            int end = at + 1;
            while (end < text.length() && digit(text.charAt(end))) {
                end++;
            }
            groups.add(new Group(at, end, last >= 0 && close(text, last, at)));
            last = end;
            at = end;
        }
        return groups;
    }

    private static boolean close(String text, int from, int to) {
        if (to - from > LONGEST_GAP) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (GAP.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    /// The digits of `text` from `start` to `end`, without what stands between them.
    static String digits(String text, int start, int end) {
        StringBuilder digits = new StringBuilder();
        for (int i = start; i < end; i++) {
            if (digit(text.charAt(i))) {
                digits.append(text.charAt(i));
            }
        }
        return digits.toString();
    }

    /// Walks over every stretch of joined groups of `least` to `most` digits, the longest first
    /// at each beginning; where one is taken, the walk goes on behind it.
    static void walk(List<Group> groups, int least, int most, Taker taker) {
        for (int first = 0; first < groups.size(); first++) {
            int digits = groups.get(first).length();
            int last = first;
            while (last + 1 < groups.size()
                    && groups.get(last + 1).joined()
                    && digits + groups.get(last + 1).length() <= most) {
                last++;
                digits += groups.get(last).length();
            }
            for (int end = last; end >= first && digits >= least; end--) {
                if (digits <= most && taker.take(groups.subList(first, end + 1))) {
                    first = end;
                    break;
                }
                digits -= groups.get(end).length();
            }
        }
    }

    /// Looks at a stretch of groups.
    @FunctionalInterface
    interface Taker {
        /// @return whether it is one number
        boolean take(List<Group> number);
    }
}
