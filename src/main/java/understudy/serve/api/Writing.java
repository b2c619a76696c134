package understudy.serve.api;

import io.javalin.http.Context;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.base.Nearest;
import understudy.generate.GenerateOptions;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.serve.http.Errors;
import understudy.serve.http.InFlight;
import understudy.serve.http.JsonBody;
import understudy.serve.wire.ApiError;

/// What all routes that write share.
public record Writing(Completer completer, InFlight inFlight, Errors errors, JsonBody body) {
    /// Characters that a token cannot average over a whole prompt: a prompt longer than this many
    /// times the context is refused before it is tokenised.
    private static final int CHARACTERS_PER_TOKEN = 16;

    /// One request's way of writing.
    ///
    /// @param seed   of the first text, the next one's is one more; null where the caller gave none
    /// @param client who asks, for turns
    public record Job(
            Completer.ModelInfo model,
            GenerateOptions options,
            @Nullable Long seed,
            String client,
            InFlight.Request request) {}

    /// The model of that name.
    ///
    /// @param name null or empty for the first
    /// @throws ApiError 404 where there is none
    public Completer.ModelInfo model(@Nullable String name) {
        List<Completer.ModelInfo> all = completer.models();
        if (all.isEmpty()) {
            throw ApiError.later(503, "there is no model to answer with", "unavailable", 10);
        }
        if (name == null || name.isEmpty()) {
            return all.getFirst();
        }
        return all.stream()
                .filter(m -> m.id().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name, all));
    }

    private static ApiError unknown(String name, List<Completer.ModelInfo> all) {
        List<String> ids = all.stream().map(Completer.ModelInfo::id).toList();
        String near =
                Nearest.to(name, ids)
                        .map(id -> "did you mean '" + id + "'?")
                        .orElse("GET /v1/models lists those there are");
        return new ApiError(
                404,
                "there is no such model; " + near,
                "invalid_request_error",
                "model",
                "model_not_found",
                0);
    }

    /// Most characters of a prompt for `model`.
    public static int mostCharacters(Completer.ModelInfo model) {
        return (int) Math.min(Integer.MAX_VALUE, (long) model.context() * CHARACTERS_PER_TOKEN);
    }

    /// @throws ApiError 400 where a prompt of `characters` cannot fit, however it is tokenised
    public static void checkLength(Completer.ModelInfo model, long characters, String param) {
        int most = mostCharacters(model);
        if (characters > most) {
            throw ApiError.field(
                    param,
                    "the prompt has %d characters; for a context of %d tokens, %d are the most"
                            .formatted(characters, model.context(), most),
                    "context_length_exceeded");
        }
    }

    /// Writes one text.
    ///
    /// @param index of the text among those of one request
    /// @throws ApiError where it ended before its time
    public Completion write(Job job, Prompt prompt, int index, Consumer<Completion.Piece> onPiece) {
        long seed = job.seed == null ? ThreadLocalRandom.current().nextLong() : job.seed + index;
        Completion done =
                completer.complete(
                        new Completer.Task(
                                job.model.id(),
                                prompt,
                                job.options.withSeed(seed),
                                job.seed != null,
                                job.client),
                        onPiece,
                        job.request);
        job.request.check();
        return done;
    }

    /// Who asks, where the request does not say.
    public static String client(Context context) {
        return context.ip();
    }
}
