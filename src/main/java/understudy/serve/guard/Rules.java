package understudy.serve.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.base.Hours;
import understudy.base.UserError;

/// Who gets in, and when.
///
/// @param host         the address that is listened on
/// @param allowedHosts further names by which it may be called: `NAME`, or `NAME:PORT`
/// @param key          that every client must show; null for none
/// @param hours        in which texts are written; null for always
public record Rules(
        String host,
        Set<String> allowedHosts,
        @Nullable ApiKey key,
        @Nullable Hours hours,
        Limits limits) {
    public Rules {
        allowedHosts = Set.copyOf(allowedHosts);
        if (key == null && !isLoopback(host)) {
            throw new UserError(
                    "other machines can reach this address, and there is no key",
                    host,
                    "understudy serve --host " + host + " --new-key");
        }
    }

    /// Whether only this machine can reach `host`.
    ///
    /// @throws UserError where it is no address of this machine's
    public static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new UserError(
                    "there is no such address", host, "give an address of this machine's", e);
        }
    }
}
