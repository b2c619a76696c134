package understudy.reply;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import understudy.base.Json;
import understudy.reply.Refusal.Reason;

/// What a server says when it does not answer.
///
/// Its sentences are read, to tell what went wrong, and never passed on: they may repeat what
/// somebody wrote. Only its code or type is, where that is one plain word.
///
/// @param status  of HTTP, or what an error amid an answer amounts to
/// @param code    a word for the error; empty where there is none
/// @param text    everything it says, in lower case
/// @param retry   seconds after which it wants to be asked again; empty where it does not say
record UpstreamProblem(int status, String code, String text, OptionalInt retry) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");

    /// How servers say that a prompt is too long: vLLM, llama-server, TGI, Ollama, OpenAI,
    /// Mistral, and what stands before them.
    private static final Pattern TOO_LONG =
            Pattern.compile(
                    "context_length_exceeded|exceed_context_size|maximum context length|context"
                        + " (length|size|window)|max_model_len|maximum model length|max_tokens must"
                        + " be at least 1, got -|(inputs|input tokens).{0,60}(must be <=|must have"
                        + " less than)|must have less than \\d+ tokens|(prompt|input) (is )?too"
                        + " (long|large)|too many (input )?tokens|string_above_max_length");

    private static final Pattern ORDER =
            Pattern.compile(
                    "must alternate|alternating|system role not supported|system message"
                            + "|roles? .{0,40}not supported|only user.{0,40}assistant");

    private static final int MOST_RETRY = 3600;

    /// @param body of an answer that is no success
    static UpstreamProblem of(int status, HttpHeaders headers, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        OptionalInt retry = retryAfter(headers.firstValue("Retry-After").orElse(""));
        return of(status, parsed(text), text, retry);
    }

    /// @param error an event that is an error; it has no status of its own
    static UpstreamProblem amid(String error) {
        JsonNode node = parsed(error);
        UpstreamProblem told = of(500, node, error, OptionalInt.empty());
        int code = inner(node).path("code").asInt(node.path("code").asInt(0));
        String word = told.code.toLowerCase(Locale.ROOT);
        int status =
                code >= 400 && code <= 599
                        ? code
                        : word.contains("overloaded") || word.contains("rate_limit")
                                ? 429
                                : word.contains("invalid_request")
                                                || word.contains("validation")
                                                || word.contains("badrequest")
                                        ? 400
                                        : 500;
        return new UpstreamProblem(status, told.code, told.text, told.retry);
    }

    private static UpstreamProblem of(int status, JsonNode node, String text, OptionalInt retry) {
        JsonNode error = inner(node);
        String word = "";
        for (JsonNode candidate :
                List.of(
                        error.path("code"),
                        error.path("type"),
                        node.path("error_type"),
                        node.path("type"))) {
            boolean plain = candidate.isString() && WORD.matcher(candidate.stringValue()).matches();
            word = word.isEmpty() && plain ? candidate.stringValue() : word;
        }
        return new UpstreamProblem(status, word, text.toLowerCase(Locale.ROOT), retry);
    }

    private static JsonNode inner(JsonNode node) {
        return node.path("error").isObject() ? node.path("error") : node;
    }

    static JsonNode parsed(String text) {
        try {
            return Json.json().readTree(text);
        } catch (JacksonException e) {
            return JsonNodeFactory.instance.missingNode();
        }
    }

    /// Seconds, or a date.
    static OptionalInt retryAfter(String header) {
        String text = header.strip();
        if (text.matches("\\d{1,9}(\\.\\d+)?")) {
            double seconds = Math.ceil(Double.parseDouble(text));
            return OptionalInt.of((int) Math.min(MOST_RETRY, seconds));
        }
        try {
            Instant when =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            long seconds = when.getEpochSecond() - Instant.now().getEpochSecond();
            return OptionalInt.of(Math.clamp(seconds, 0, MOST_RETRY));
        } catch (DateTimeException e) {
            return OptionalInt.empty();
        }
    }

    /// Whether the request itself is refused.
    boolean refused() {
        return status == 400 || status == 422;
    }

    /// Whether `field` is what it refuses.
    boolean names(String field) {
        return Pattern.compile("(?<![\\w-])" + Pattern.quote(field) + "(?![\\w-])")
                .matcher(text)
                .find();
    }

    boolean busy() {
        return status == 429 || status == 503 || status == 529;
    }

    boolean tooLong() {
        boolean may = refused() || status == 413 || status == 500;
        return may && (TOO_LONG.matcher(text).find() || status == 413);
    }

    /// Whether the order of roles is what its template does not take.
    boolean order() {
        return (refused() || status == 500) && ORDER.matcher(text).find();
    }

    /// Whether it has no such path, rather than no such model.
    boolean noPath() {
        return status == 405 || status == 501 || (status == 404 && !names("model"));
    }

    boolean noModel(String model) {
        String quoted = model.toLowerCase(Locale.ROOT);
        boolean named = text.contains("'" + quoted + "'") || text.contains("`" + quoted + "`");
        return code.equals("model_not_found")
                || (status == 404 && (names("model") || named))
                || (refused() && !quoted.isEmpty() && named && !tooLong());
    }

    private String told() {
        return code.isEmpty() ? Integer.toString(status) : status + ", " + code;
    }

    /// @param where  the server's origin
    /// @param key    whether one was sent
    /// @param model  that was asked for
    /// @param others models that there are
    Refusal refusal(String where, boolean key, String model, Supplier<List<String>> others) {
        if (status == 401 || status == 403) {
            return new Refusal(
                    Reason.UPSTREAM,
                    key
                            ? "the server does not accept the key (" + told() + ")"
                            : "the server wants a key (" + told() + ")",
                    where,
                    "set " + UpstreamConfig.KEY_VARIABLE + " to a key that it knows");
        }
        if (busy()) {
            return new Refusal(
                    Reason.BUSY,
                    "the server is busy or still starting (" + told() + ")",
                    where,
                    "try again later",
                    retry.orElse(5),
                    null);
        }
        if (noModel(model)) {
            return new Refusal(
                    Reason.UNKNOWN_MODEL,
                    "the server has no model of that name (" + told() + ")",
                    where,
                    UpstreamServer.choice(others.get()));
        }
        if (tooLong()) {
            return new Refusal(
                    Reason.TOO_LONG,
                    "the prompt does not fit the server's model (" + told() + ")",
                    where,
                    "write less, ask for fewer tokens, or start the server with a longer context");
        }
        return otherRefusal(where);
    }

    private Refusal otherRefusal(String where) {
        if (status >= 300 && status < 400) {
            return new Refusal(
                    Reason.UPSTREAM,
                    "the server sends elsewhere (" + status + "), which is not followed",
                    where,
                    "give the final address with --upstream");
        }
        if (status == 404 || status == 405) {
            return new Refusal(
                    Reason.UPSTREAM,
                    "the server does not have the path for it (" + told() + ")",
                    where,
                    "check that --upstream is the address of an OpenAI-compatible server");
        }
        return status >= 500
                ? new Refusal(
                        Reason.UPSTREAM,
                        "the server failed (" + told() + ")",
                        where,
                        "look into its own log; try again",
                        0,
                        null)
                : new Refusal(
                        Reason.INVALID,
                        "the server refuses the request (" + told() + ")",
                        where,
                        "its own log says why; leave out options that it may not know");
    }
}
