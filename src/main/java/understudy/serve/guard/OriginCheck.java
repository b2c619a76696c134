package understudy.serve.guard;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Whether a request comes from a page of this server, or from no page at all.
///
/// Browsers name the page in `Origin` and say in `Sec-Fetch-Site` how far away it is; programs send
/// neither. A link on another site may open a page here, since that site cannot read what it opens.
final class OriginCheck {
    private final HostCheck hosts;

    OriginCheck(HostCheck hosts) {
        this.hosts = hosts;
    }

    /// What a browser says about where a request comes from; null where it says nothing.
    record Source(@Nullable String site, @Nullable String mode, @Nullable String destination) {}

    /// @param origins every `Origin` field of the request
    /// @param host    its one `Host` field, already checked
    boolean passes(String method, String host, List<String> origins, Source source) {
        if (origins.size() > 1 || (origins.size() == 1 && !own(origins.getFirst(), host))) {
            return false;
        }
        String site = source.site == null ? "none" : source.site.toLowerCase(Locale.ROOT);
        boolean opened =
                method.equals("GET")
                        && "navigate".equals(source.mode)
                        && "document".equals(source.destination);
        return site.equals("none") || site.equals("same-origin") || opened;
    }

    private boolean own(String origin, String host) {
        String given = origin.toLowerCase(Locale.ROOT);
        String name = host.toLowerCase(Locale.ROOT);
        return given.equals("http://" + name)
                || (hosts.isAllowedName(name) && given.equals("https://" + name));
    }
}
