package understudy.serve.http;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.serve.wire.ErrorBody;

/// One way in: what is asked, what may be answered, who does it. The server registers exactly
/// these, and the OpenAPI document describes exactly these.
///
/// @param path       as Javalin takes it: `{id}` for a part, `<id>` for one that may hold slashes
/// @param id         name of the operation, for generated clients
/// @param tag        under which heading the pages show it
/// @param parameters of the path: name to description
/// @param request    record of the JSON body; null for none
/// @param examples   bodies that can be sent as they are: name to body
/// @param answers    every status it can answer with
/// @param open       whether it needs no key, such as a page or a health check
/// @param documented whether the OpenAPI document tells of it; files of a page need no mention
public record Route(
        HandlerType method,
        String path,
        String id,
        String tag,
        String summary,
        String description,
        Map<String, String> parameters,
        @Nullable Class<? extends Record> request,
        Map<String, JsonNode> examples,
        List<Answer> answers,
        boolean open,
        boolean documented,
        Handler handler) {

    /// Content type of server-sent events.
    public static final String EVENTS = "text/event-stream";

    /// One status.
    ///
    /// @param content content type to what stands there: a record or `Map.class` (any object) in
    ///     JSON, `String.class` for text
    /// @param headers name to description
    public record Answer(
            int status,
            String description,
            Map<String, Class<?>> content,
            Map<String, String> headers) {

        public static Answer json(int status, String description, Class<? extends Record> body) {
            return new Answer(status, description, Map.of("application/json", body), Map.of());
        }

        public static Answer text(int status, String description, String contentType) {
            return new Answer(status, description, Map.of(contentType, String.class), Map.of());
        }

        /// An error, as all of them look.
        public static Answer error(int status, String description) {
            return json(status, description, ErrorBody.class);
        }

        /// An error that may be gone later.
        public static Answer later(int status, String description) {
            return error(status, description)
                    .header("Retry-After", "Seconds after which to try again.");
        }

        /// The same with a body of one more type.
        public Answer or(String contentType, Class<?> body) {
            Map<String, Class<?>> more = new LinkedHashMap<>(content);
            more.put(contentType, body);
            return new Answer(status, description, more, headers);
        }

        /// The same with a header.
        public Answer header(String name, String meaning) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, meaning);
            return new Answer(status, description, content, more);
        }
    }

    /// The path as OpenAPI writes it.
    public String openApiPath() {
        return path.replace('<', '{').replace('>', '}');
    }

    public static Builder get(String path, String id) {
        return new Builder(HandlerType.GET, path, id);
    }

    /// A route that takes a body, with the errors that a body can have.
    public static Builder post(String path, String id, Class<? extends Record> request) {
        Builder builder = new Builder(HandlerType.POST, path, id);
        builder.request = request;
        return builder.answer(Answer.error(408, "The body did not come in time."))
                .answer(Answer.error(413, "The body is too large; the message says the limit."))
                .answer(Answer.error(415, "The body is not `application/json`."));
    }

    /// Puts a route together; every route can answer with the errors that are set at the start.
    public static final class Builder {
        private final HandlerType method;
        private final String path;
        private final String id;
        private String tag = "Server";
        private String summary = "";
        private String description = "";
        private final Map<String, String> parameters = new LinkedHashMap<>();
        private @Nullable Class<? extends Record> request;
        private final Map<String, JsonNode> examples = new LinkedHashMap<>();
        private final List<Answer> answers = new ArrayList<>();
        private boolean open;
        private boolean documented = true;

        private Builder(HandlerType method, String path, String id) {
            this.method = method;
            this.path = path;
            this.id = id;
            answer(Answer.error(400, "The request is malformed; the error names the field."));
            answer(Answer.error(401, "The key is missing or wrong."));
            answer(Answer.error(403, "The Host or Origin header is not one that is let in."));
            answer(Answer.error(405, "Another method is needed; `Allow` names it."));
            answer(Answer.later(429, "Too many wrong keys were sent from this address."));
            answer(Answer.error(431, "The headers are too large."));
            answer(Answer.error(500, "A fault in Understudy; its log folder has the details."));
            answer(Answer.later(503, "Not now: the server is stopping, or outside of its hours."));
        }

        public Builder tag(String value) {
            tag = value;
            return this;
        }

        public Builder says(String summaryLine, String more) {
            summary = summaryLine;
            description = more;
            return this;
        }

        /// A part of the path.
        public Builder parameter(String name, String meaning) {
            parameters.put(name, meaning);
            return this;
        }

        /// @param body JSON
        public Builder example(String name, String body) {
            examples.put(name, Json.json().readTree(body));
            return this;
        }

        /// One more status; replaces what was said of it.
        public Builder answer(Answer answer) {
            answers.removeIf(a -> a.status() == answer.status());
            answers.add(answer);
            return this;
        }

        /// What can go wrong where a model writes.
        public Builder writes() {
            return answer(Answer.error(404, "There is no such model."))
                    .answer(Answer.later(429, "Too many wait, or too many wrong keys were sent."))
                    .answer(Answer.error(502, "The other server failed or cannot be reached."))
                    .answer(Answer.error(504, "The answer took longer than the time limit."));
        }

        /// Needs no key.
        public Builder open() {
            open = true;
            return this;
        }

        /// A file of a page.
        public Builder undocumented() {
            documented = false;
            return this;
        }

        public Route handler(Handler handler) {
            List<Answer> sorted = new ArrayList<>(answers);
            sorted.sort((a, b) -> Integer.compare(a.status(), b.status()));
            return new Route(
                    method,
                    path,
                    id,
                    tag,
                    summary,
                    description,
                    parameters,
                    request,
                    examples,
                    sorted,
                    open,
                    documented,
                    Objects.requireNonNull(handler));
        }
    }
}
