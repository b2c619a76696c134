package understudy.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A model on the hub, `org/name` or `org/name@revision`, fit to be part of a path and an address.
///
/// @param revision a branch, a tag or a commit
record HubId(String owner, String name, String revision) {
    private static final String PART = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?";
    private static final Pattern FORM =
            Pattern.compile("(" + PART + ")/(" + PART + ")(?:@(" + PART + "))?");

    static Optional<HubId> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        // two dashes separate the parts in the cache's folder names
        if (!matcher.matches() || text.contains("..") || text.contains("--")) {
            return Optional.empty();
        }
        String revision = matcher.group(3) == null ? "main" : matcher.group(3);
        return Optional.of(new HubId(matcher.group(1), matcher.group(2), revision));
    }

    /// Without the revision.
    String repository() {
        return owner + "/" + name;
    }
}
