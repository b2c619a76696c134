package understudy.reply;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Which server answers, and how it is asked.
///
/// @param base    where its OpenAI-compatible paths are, such as `http://localhost:8000/v1`
/// @param model   its name for the model; empty to take the only one it has
/// @param key     sent to this server's origin and nowhere else; null for none
/// @param way     how to ask
/// @param context tokens of prompt and answer together, where the server does not tell; 0 for
///     unknown
/// @param atOnce  requests at the same time
/// @param waiting requests that may wait for their turn; one more is refused
/// @param limits  of time and size
public record UpstreamConfig(
        URI base,
        String model,
        @Nullable String key,
        Way way,
        int context,
        int atOnce,
        int waiting,
        Limits limits) {

    /// How to ask.
    public enum Way {
        /// With our own prompt where there is a local template and the server has the path for
        /// it; as a chat otherwise.
        AUTO,
        /// `/chat/completions`: the server writes the prompt.
        CHAT,
        /// `/completions`: the prompt is written here.
        COMPLETIONS
    }

    /// How long to wait, and for how much.
    ///
    /// @param connect to a connection
    /// @param first   from the request to the first part of the answer
    /// @param between from one part to the next
    /// @param probe   for a list or a version
    /// @param bytes   of an answer at most
    public record Limits(
            Duration connect, Duration first, Duration between, Duration probe, long bytes) {
        /// Room for the longest answer with twenty scores a token.
        public static final Limits DEFAULT =
                new Limits(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(120),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        256L << 20);
    }

    /// The environment variable with the key.
    public static final String KEY_VARIABLE = "UNDERSTUDY_UPSTREAM_KEY";

    private static final int AT_ONCE = 8;
    private static final int WAITING = 64;

    public UpstreamConfig {
        if (context < 0 || atOnce < 1 || waiting < 0) {
            throw new IllegalArgumentException("negative limits of an upstream");
        }
    }

    /// Defaults for a server.
    ///
    /// @param url with or without `/v1`; a path of the interface behind it is taken off
    /// @throws UserError where it is no address of a server; the address is not repeated, as it
    ///     may hold a password
    public static UpstreamConfig of(String url) {
        return new UpstreamConfig(
                normal(url), "", null, Way.AUTO, 0, AT_ONCE, WAITING, Limits.DEFAULT);
    }

    public UpstreamConfig withModel(String name) {
        return new UpstreamConfig(base, name, key, way, context, atOnce, waiting, limits);
    }

    /// @param secret see [UpstreamKey]
    public UpstreamConfig withKey(@Nullable String secret) {
        return new UpstreamConfig(base, model, secret, way, context, atOnce, waiting, limits);
    }

    public UpstreamConfig withWay(Way how) {
        return new UpstreamConfig(base, model, key, how, context, atOnce, waiting, limits);
    }

    public UpstreamConfig withContext(int tokens) {
        return new UpstreamConfig(base, model, key, way, tokens, atOnce, waiting, limits);
    }

    public UpstreamConfig withQueue(int running, int queued) {
        return new UpstreamConfig(base, model, key, way, context, running, queued, limits);
    }

    public UpstreamConfig withLimits(Limits other) {
        return new UpstreamConfig(base, model, key, way, context, atOnce, waiting, other);
    }

    /// Whether what people write goes to another machine. Names are not looked up: only those that
    /// always mean this machine count as this one.
    public boolean leavesThisMachine() {
        String host = base.getHost();
        return !host.equalsIgnoreCase("localhost")
                && !host.matches("127(\\.\\d{1,3}){3}")
                && !host.equals("[::1]");
    }

    /// Whether it goes there in the clear, for all on the way to read.
    public boolean encrypted() {
        return base.getScheme().equals("https");
    }

    /// Scheme, host and port, for people.
    public String origin() {
        return base.getScheme() + "://" + base.getRawAuthority();
    }

    /// Without the key: records are printed into logs.
    @Override
    public String toString() {
        return "UpstreamConfig[" + base + ", " + way + (key == null ? "]" : ", with a key]");
    }

    private static URI normal(String url) {
        URI given;
        try {
            given = new URI(url.strip());
        } catch (URISyntaxException e) {
            // the exception quotes the address, password and all
            throw refused("is no address");
        }
        String scheme = given.getScheme() == null ? "" : given.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw refused("must begin with http:// or https://");
        }
        String authority = given.getRawAuthority();
        if (given.getRawUserInfo() != null || (authority != null && authority.contains("@"))) {
            throw refused("must not hold a user name or password");
        }
        if (given.getRawQuery() != null || given.getRawFragment() != null) {
            throw refused("must not hold a query or a fragment");
        }
        if (given.getHost() == null || given.getPort() > 65_535 || given.getPort() == 0) {
            throw refused("names no host, or a port that cannot be");
        }
        String port = given.getPort() < 0 ? "" : ":" + given.getPort();
        String host = given.getHost().toLowerCase(Locale.ROOT);
        return URI.create(scheme + "://" + host + port + path(given.normalize().getRawPath()));
    }

    /// People copy addresses out of examples, with more or less behind the host.
    private static String path(String given) {
        String path = given.replaceAll("/+$", "");
        path = path.replaceAll("/(chat/completions|completions|models)$", "");
        boolean versioned = path.matches(".*/v\\d\\w*(/.*)?");
        return versioned ? path : path + "/v1";
    }

    private static UserError refused(String why) {
        return new UserError(
                "the address of the server " + why,
                "--upstream",
                "give it as in http://localhost:8000/v1; a key goes into " + KEY_VARIABLE);
    }
}
