package understudy.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// How the Hugging Face hub is reached and where its files lie, by the variables that its own
/// programs use.
///
/// @param endpoint base address without a closing slash; https, or a server on this machine
/// @param cache    the folder with `models--org--name`
/// @param token    sent to the endpoint's host only; null without one
/// @param offline  never open a connection, never start pip
/// @param connect  longest wait for a connection
/// @param stall    longest wait for the next bytes
/// @param attempts how often the same bytes are asked for before giving up
/// @param backoff  wait before the second attempt, doubled for each further one
/// @param pythons  names or paths of interpreters with pip, the first that starts is taken
public record HubSettings(
        URI endpoint,
        Path cache,
        @Nullable String token,
        boolean offline,
        Duration connect,
        Duration stall,
        int attempts,
        Duration backoff,
        List<String> pythons) {
    private static final String PUBLIC_ENDPOINT = "https://huggingface.co";
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 5;
    private static final Set<String> YES = Set.of("1", "true", "yes", "on");

    public HubSettings {
        pythons = List.copyOf(pythons);
    }

    /// Reads `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN`,
    /// `HF_HUB_OFFLINE` and `TRANSFORMERS_OFFLINE`, and our own `UNDERSTUDY_PYTHON`, the
    /// interpreter whose pip is used.
    ///
    /// @throws UserError when one of them makes no sense
    public static HubSettings fromEnvironment(Map<String, String> environment) {
        return new HubSettings(
                endpoint(set(environment, "HF_ENDPOINT")),
                cache(environment),
                token(set(environment, "HF_TOKEN")),
                yes(environment, "HF_HUB_OFFLINE") || yes(environment, "TRANSFORMERS_OFFLINE"),
                CONNECT,
                STALL,
                ATTEMPTS,
                BACKOFF,
                pythons(set(environment, "UNDERSTUDY_PYTHON")));
    }

    /// Those of this process.
    public static HubSettings standard() {
        return fromEnvironment(System.getenv());
    }

    /// Whether the endpoint is a server on this machine, as in tests and for local mirrors.
    boolean loopback() {
        return HostRules.isLoopbackName(endpoint.getHost());
    }

    private static URI endpoint(@Nullable String set) {
        String text = set == null ? PUBLIC_ENDPOINT : set.replaceAll("/+$", "");
        try {
            URI uri = new URI(text);
            boolean https = "https".equalsIgnoreCase(uri.getScheme());
            boolean local =
                    "http".equalsIgnoreCase(uri.getScheme())
                            && HostRules.isLoopbackName(uri.getHost());
            if (uri.getHost() != null
                    && (https || local)
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // refused below, with the same words
        }
        throw new UserError(
                "HF_ENDPOINT is not an https address",
                "environment variable HF_ENDPOINT",
                "unset it, or set it to something like " + PUBLIC_ENDPOINT);
    }

    private static Path cache(Map<String, String> environment) {
        String cache = set(environment, "HF_HUB_CACHE");
        if (cache != null) {
            return path(cache, environment);
        }
        String home = set(environment, "HF_HOME");
        if (home != null) {
            return path(home, environment).resolve("hub");
        }
        String all = set(environment, "XDG_CACHE_HOME");
        Path caches = path(all != null ? all : "~/.cache", environment);
        return caches.resolve("huggingface").resolve("hub");
    }

    private static Path path(String text, Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
        boolean tilde = text.equals("~") || text.startsWith("~/");
        return Path.of(tilde ? home + text.substring(1) : text).toAbsolutePath().normalize();
    }

    private static @Nullable String token(@Nullable String set) {
        if (set != null && !set.strip().chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new UserError(
                    "HF_TOKEN holds characters that no token has",
                    "environment variable HF_TOKEN",
                    "copy the token again, it looks like hf_ and some letters and digits");
        }
        return set == null ? null : set.strip();
    }

    private static List<String> pythons(@Nullable String set) {
        return set == null ? List.of("python3", "python") : List.of(set);
    }

    private static boolean yes(Map<String, String> environment, String name) {
        return YES.contains(environment.getOrDefault(name, "").strip().toLowerCase(Locale.ROOT));
    }

    private static @Nullable String set(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    /// Without the token, so that it cannot end up in a log.
    @Override
    public String toString() {
        return "HubSettings[endpoint=%s, cache=%s, token=%s, offline=%s]"
                .formatted(endpoint, cache, token == null ? "none" : "set", offline);
    }
}
