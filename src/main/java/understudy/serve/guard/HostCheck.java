package understudy.serve.guard;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a request was meant for this server by the name it used.
///
/// A page of another site can make its own name point at this machine (DNS rebinding); the browser
/// then takes this server for that site. What the browser cannot change is the name in `Host`.
final class HostCheck {
    private final Set<String> names = new HashSet<>();
    private final Set<String> allowed = new HashSet<>();
    private final boolean wildcard;

    /// @param host    the address that is listened on, as it was given
    /// @param allowed further names, such as a proxy's: `NAME` with any port, or `NAME:PORT`
    HostCheck(String host, Collection<String> allowed) {
        this.wildcard = host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
        if (!wildcard) {
            names.add(lower(host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host));
        }
        names.addAll(List.of("127.0.0.1", "localhost", "[::1]"));
        allowed.forEach(name -> this.allowed.add(lower(name)));
    }

    /// @param hosts   every `Host` field of the request
    /// @param target  name in the request's first line, where there is one; else null
    /// @param local   the address at this end of the connection
    /// @param port    the port that is listened on
    boolean passes(
            List<String> hosts, @Nullable String target, @Nullable InetAddress local, int port) {
        if (hosts.size() != 1) {
            return false;
        }
        String host = lower(hosts.getFirst());
        if (target != null && !withPort(lower(target)).equals(withPort(host))) {
            return false;
        }
        if (allowed.contains(host) || allowed.contains(name(host))) {
            return true;
        }
        String own = ":" + port;
        boolean named = withPort(host).endsWith(own) && names.contains(name(host));
        return named || (wildcard && local != null && withPort(host).equals(literal(local) + own));
    }

    /// Whether a page behind a proxy that speaks TLS may call itself `host`.
    boolean isAllowedName(String host) {
        return allowed.contains(lower(host)) || allowed.contains(name(lower(host)));
    }

    /// @param host in lower case
    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static String withPort(String host) {
        return host.lastIndexOf(':') > host.lastIndexOf(']') ? host : host + ":80";
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        return plain.contains(":") ? "[" + plain + "]" : plain;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
