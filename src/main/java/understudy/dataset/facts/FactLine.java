package understudy.dataset.facts;

import java.util.List;

/// The line of a prompt that tells the facts.
public final class FactLine {
    /// Characters of the facts in a line: each row that is learned, and each prompt, has it.
    public static final int MOST_CHARACTERS = 600;

    private static final String PLACE = "{facts}";
    private static final String BETWEEN = "; ";

    private FactLine() {}

    /// The line, with the facts in the order of the file as far as whole ones fit.
    ///
    /// @param pattern with `{facts}`; blank for no line
    /// @return empty where there is nothing to tell
    public static String of(String pattern, List<Fact> facts) {
        String told = told(facts);
        return pattern.isBlank() || told.isEmpty() ? "" : pattern.replace(PLACE, told);
    }

    private static String told(List<Fact> facts) {
        StringBuilder told = new StringBuilder();
        for (Fact fact : facts) {
            String text = fact.text();
            String bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
            int between = told.isEmpty() ? 0 : BETWEEN.length();
            if (told.length() + between + bare.length() <= MOST_CHARACTERS) {
                told.append(between == 0 ? "" : BETWEEN).append(bare);
            }
        }
        return told.toString();
    }
}
