package understudy.hub;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Decides where a redirect may lead: to the endpoint itself, or over https to the hub's own hosts
/// as long as those do not resolve into a private network.
///
/// @param endpoint what the person chose; never questioned
/// @param resolver turns names into addresses; the machine's own, or a test's
record HostRules(URI endpoint, Resolver resolver) {
    /// The hub and its content delivery; a name must equal one or end with a dot and one.
    private static final List<String> HUB_HOSTS = List.of("huggingface.co", "hf.co");

    /// Name to addresses.
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /// @return null when a redirect to `target` may be followed, else why not
    @Nullable String refusal(URI target, boolean proxied) {
        String host = target.getHost();
        if (host == null || target.getUserInfo() != null) {
            return "the address has no plain host";
        }
        if (sameAuthority(target)) {
            return null;
        }
        if (isLoopbackName(endpoint.getHost()) && isLoopbackName(host)) {
            return null; // a mirror on this machine may use two ports
        }
        if (!"https".equalsIgnoreCase(target.getScheme())) {
            return "the address is not https";
        }
        if (target.getPort() != -1 && target.getPort() != 443) {
            return "the port is unusual";
        }
        if (!allowed(host)) {
            return "the host is not the hub's";
        }
        if (proxied) {
            return null; // the proxy resolves the name, and this machine perhaps cannot
        }
        return unsafeAddress(host);
    }

    /// Whether the token may go there: same scheme, host and port as the endpoint.
    boolean sameAuthority(URI target) {
        return endpoint.getScheme().equalsIgnoreCase(target.getScheme())
                && endpoint.getHost().equalsIgnoreCase(target.getHost())
                && port(endpoint) == port(target);
    }

    private boolean allowed(String host) {
        String small = host.toLowerCase(Locale.ROOT);
        return small.equals(endpoint.getHost().toLowerCase(Locale.ROOT))
                || HUB_HOSTS.stream().anyMatch(h -> small.equals(h) || small.endsWith("." + h));
    }

    private @Nullable String unsafeAddress(String host) {
        try {
            for (InetAddress address : resolver.resolve(host)) {
                if (isPrivate(address)) {
                    return "the host resolves to an address of a private network";
                }
            }
            return null;
        } catch (UnknownHostException e) {
            return "the host has no address";
        }
    }

    private static int port(URI uri) {
        return uri.getPort() != -1
                ? uri.getPort()
                : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /// `localhost` or a literal loopback address; names are not resolved.
    static boolean isLoopbackName(@Nullable String host) {
        return host != null
                && (host.equalsIgnoreCase("localhost")
                        || host.matches("127(\\.\\d{1,3}){3}")
                        || host.equals("[::1]"));
    }

    /// Whether an address is not one of the public internet. IPv4 addresses hide in several IPv6
    /// forms; all are unpacked.
    static boolean isPrivate(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        byte[] b = address.getAddress();
        if (address instanceof Inet4Address) {
            return isPrivate4(b, 0);
        }
        if (!(address instanceof Inet6Address)) {
            return true;
        }
        boolean unique = (b[0] & 0xfe) == 0xfc; // fc00::/7
        boolean sixToFour = b[0] == 0x20 && b[1] == 0x02; // 2002:AABB:CCDD::
        boolean nat64 = b[0] == 0 && b[1] == 0x64 && (b[2] & 0xff) == 0xff && (b[3] & 0xff) == 0x9b;
        return unique
                || (sixToFour && isPrivate4(b, 2))
                || (nat64 && isPrivate4(b, 12))
                || (zeros(b, 10) && isPrivate4(b, 12)); // ::a.b.c.d and ::ffff:a.b.c.d
    }

    private static boolean zeros(byte[] b, int count) {
        for (int i = 0; i < count; i++) {
            if (b[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrivate4(byte[] b, int at) {
        int first = b[at] & 0xff;
        int second = b[at + 1] & 0xff;
        return first == 0
                || first == 10
                || first == 127
                || (first == 100 && (second & 0xc0) == 64) // carriers' own, 100.64/10
                || (first == 169 && second == 254)
                || (first == 172 && (second & 0xf0) == 16)
                || (first == 192 && second == 168)
                || (first == 192 && second == 0 && b[at + 2] == 0)
                || (first == 198 && (second & 0xfe) == 18)
                || first >= 224;
    }
}
