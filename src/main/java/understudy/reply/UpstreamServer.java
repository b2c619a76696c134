package understudy.reply;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import understudy.base.Printable;
import understudy.reply.Refusal.Reason;

/// What is known of the server: its kind, its models, and what it turned out not to take. Asked for
/// once, on first use; what it refused is not sent to it again.
final class UpstreamServer {
    /// Bytes of a list of models at most.
    private static final int MOST_LIST = 4 << 20;

    /// Names told in an error.
    private static final int MOST_NAMES = 20;

    private static final Duration READING = Duration.ofSeconds(10);

    /// A program that serves; they differ in the fields they take beyond the standard.
    enum Kind {
        VLLM,
        LLAMA_SERVER,
        OLLAMA,
        TGI,
        UNDERSTUDY,
        OPENAI,
        UNKNOWN
    }

    /// @param context tokens of prompt and answer; 0 for unknown
    record Model(String id, long created, int context) {}

    private final UpstreamConfig config;
    private final UpstreamHttp http;
    private @Nullable Kind kind;
    private @Nullable List<Model> models;
    private @Nullable Model chosen;

    /// Fields that it refused.
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    private volatile boolean streams = true;
    private volatile boolean completes = true;
    private volatile boolean strict;

    UpstreamServer(UpstreamConfig config, UpstreamHttp http) {
        this.config = config;
        this.http = http;
    }

    boolean takes(String field) {
        return !refused.contains(field);
    }

    void refuses(String field) {
        refused.add(field);
    }

    boolean streams() {
        return streams;
    }

    void streamsNot() {
        streams = false;
    }

    /// Whether it has a path for prompts.
    boolean completes() {
        return completes;
    }

    void completesNot() {
        completes = false;
    }

    /// Whether user and assistant must take turns, and no system line stand before them.
    boolean strict() {
        return strict;
    }

    void isStrict() {
        strict = true;
    }

    /// The model that is asked for. Where a named one cannot be looked up because nobody answers,
    /// it is looked up again the next time.
    ///
    /// @throws Refusal where none is named and the server has several, or cannot be reached
    synchronized Model model() {
        if (chosen != null) {
            return chosen;
        }
        List<Model> there = List.of();
        try {
            there = list();
        } catch (Refusal e) {
            if (config.model().isEmpty()) {
                throw e;
            }
            if (e.getCause() != null) {
                return new Model(config.model(), 0, config.context());
            }
            // some servers have no list; then the name has to do
        }
        chosen = choose(there);
        return chosen;
    }

    synchronized Kind kind() {
        if (kind == null) {
            model();
        }
        return kind == null ? Kind.UNKNOWN : kind;
    }

    /// Names of the models there are; empty where the server does not say.
    List<String> names() {
        try {
            return list().stream().map(Model::id).toList();
        } catch (Refusal e) {
            return List.of();
        }
    }

    private Model choose(List<Model> there) {
        boolean named = !config.model().isEmpty();
        if (!named && there.size() != 1) {
            throw new Refusal(
                    Reason.UNKNOWN_MODEL,
                    there.isEmpty() ? "the server has no model" : "the server has several models",
                    config.origin(),
                    choice(there.stream().map(Model::id).toList()));
        }
        detect();
        for (Model model : there) {
            if (!named || model.id.equals(config.model())) {
                int context = model.context > 0 ? model.context : contextElsewhere();
                return new Model(model.id, model.created, context);
            }
        }
        return new Model(config.model(), 0, contextElsewhere());
    }

    /// What to do where the model is not clear.
    static String choice(List<String> names) {
        if (names.isEmpty()) {
            return "name one that it has with --upstream-model";
        }
        String list =
                names.stream()
                        .limit(MOST_NAMES)
                        .map(n -> Printable.line(n.length() > 100 ? n.substring(0, 100) : n))
                        .reduce((a, b) -> a + ", " + b)
                        .orElse("");
        return "choose with --upstream-model: " + list + (names.size() > MOST_NAMES ? ", ..." : "");
    }

    private synchronized List<Model> list() {
        if (models != null) {
            return models;
        }
        Found found = ask("/models", false);
        if (found.status != 200) {
            throw new UpstreamProblem(found.status, "", "", UpstreamProblem.retryAfter(""))
                    .refusal(config.origin(), config.key() != null, "", List::of);
        }
        List<Model> all = new ArrayList<>();
        for (JsonNode model : found.body.path("data").values()) {
            String id = model.path("id").asString("");
            int context = model.path("max_model_len").asInt(0);
            context = context > 0 ? context : model.path("meta").path("n_ctx").asInt(0);
            context = context > 0 ? context : model.path("context_length").asInt(0);
            if (!id.isEmpty()) {
                all.add(new Model(id, model.path("created").asLong(0), context));
                kind = kind == null ? byOwner(model.path("owned_by").asString("")) : kind;
            }
        }
        if (found.server.contains("llama.cpp")) {
            kind = Kind.LLAMA_SERVER;
        } else if (config.base().getHost().endsWith("api.openai.com")) {
            kind = Kind.OPENAI;
        }
        models = all;
        return all;
    }

    private static @Nullable Kind byOwner(String owner) {
        return switch (owner.toLowerCase(Locale.ROOT)) {
            case "vllm" -> Kind.VLLM;
            case "llamacpp" -> Kind.LLAMA_SERVER;
            case "library" -> Kind.OLLAMA;
            case "understudy" -> Kind.UNDERSTUDY;
            case "openai", "system", "openai-internal" -> Kind.OPENAI;
            default -> null;
        };
    }

    /// By the paths that only one program has.
    private void detect() {
        if (kind != null) {
            return;
        }
        kind = Kind.UNKNOWN;
        if (probe("/api/version").has("version")) {
            kind = Kind.OLLAMA;
        } else if (probe("/version").has("version")) {
            kind = Kind.VLLM;
        } else if (probe("/info").has("max_total_tokens")) {
            kind = Kind.TGI;
        } else if (probe("/props").has("default_generation_settings")) {
            kind = Kind.LLAMA_SERVER;
        }
    }

    private int contextElsewhere() {
        int context =
                kind == Kind.TGI
                        ? probe("/info").path("max_total_tokens").asInt(0)
                        : kind == Kind.LLAMA_SERVER
                                ? probe("/props")
                                        .path("default_generation_settings")
                                        .path("n_ctx")
                                        .asInt(0)
                                : 0;
        return context > 0 ? context : config.context();
    }

    private JsonNode probe(String path) {
        try {
            Found found = ask(path, true);
            return found.status == 200 ? found.body : JsonNodeFactory.instance.missingNode();
        } catch (Refusal e) {
            return JsonNodeFactory.instance.missingNode(); // then the kind stays unknown
        }
    }

    /// @param server the header that names the program
    private record Found(int status, String server, JsonNode body) {}

    private Found ask(String path, boolean root) {
        try (UpstreamHttp.Answer answer = http.get(path, root)) {
            byte[] body = answer.body().all(MOST_LIST, READING, () -> false);
            HttpHeaders headers = answer.headers();
            String text = new String(body, StandardCharsets.UTF_8);
            return new Found(
                    answer.status(),
                    headers.firstValue("Server").orElse("").toLowerCase(Locale.ROOT),
                    UpstreamProblem.parsed(text));
        } catch (IOException e) {
            throw http.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Reason.UNAVAILABLE, "interrupted", config.origin(), "start it again");
        }
    }
}
