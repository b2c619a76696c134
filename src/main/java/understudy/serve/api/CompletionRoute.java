package understudy.serve.api;

import io.javalin.http.Context;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.serve.http.EventStream;
import understudy.serve.http.InFlight;
import understudy.serve.http.Route;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Fields;

/// `POST /v1/completions`: continues texts as they are.
final class CompletionRoute {
    private static final String EXAMPLE =
            """
            {"prompt": "Dear Kim,", "max_tokens": 40, "seed": 1}
            """;

    private final Writing writing;
    private final Clock clock;

    CompletionRoute(Writing writing, Clock clock) {
        this.writing = writing;
        this.clock = clock;
    }

    Route route() {
        return Route.post("/v1/completions", "createCompletion", CompletionRequest.class)
                .tag("OpenAI")
                .says(
                        "Continue texts",
                        "Continues texts as they are, without a template and without a first line.")
                .example("a letter", EXAMPLE)
                .answer(
                        Route.Answer.json(200, "The texts.", CompletionAnswer.class)
                                .or(Route.EVENTS, CompletionAnswer.class))
                .writes()
                .handler(this::handle);
    }

    private void handle(Context context) {
        CompletionRequest asked = writing.body().read(context, CompletionRequest.class);
        boolean usage = StreamOptions.usage(asked.stream(), asked.streamOptions());
        Completer.ModelInfo model = writing.model(asked.model());
        asked.prompt().prompts().forEach(prompt -> check(asked, model, prompt));
        String client = asked.user() == null ? Writing.client(context) : asked.user();
        try (InFlight.Request request = writing.inFlight().open(context.req())) {
            Writing.Job job =
                    new Writing.Job(model, asked.options(), asked.seed(), client, request);
            Written written = new Written(asked, job, usage);
            if (asked.stream()) {
                EventStream.answer(context, request, writing.errors(), written::stream);
            } else {
                context.result(Fields.mapper().writeValueAsString(written.whole()));
            }
        }
    }

    private static void check(CompletionRequest asked, Completer.ModelInfo model, Prompt prompt) {
        if (asked.echo() && asked.logprobs() != null) {
            throw ApiError.field(
                    "echo",
                    "'echo' and 'logprobs' do not go together: how likely the prompt is, is not"
                            + " told",
                    "unsupported_value");
        }
        if (prompt instanceof Prompt.Raw raw) {
            Writing.checkLength(model, raw.text().length(), "prompt");
        } else if (prompt instanceof Prompt.Ids ids) {
            if (asked.echo()) {
                throw ApiError.field(
                        "echo", "'echo' is not supported for token ids", "unsupported_value");
            }
            if (ids.ids().size() > model.context()) {
                throw ApiError.field(
                        "prompt",
                        "the prompt has %d tokens; this model takes %d"
                                .formatted(ids.ids().size(), model.context()),
                        "context_length_exceeded");
            }
        }
    }

    /// The texts of one request.
    private final class Written {
        private final CompletionRequest asked;
        private final Writing.Job job;
        private final boolean usage;
        private final String id = Answers.name("cmpl-");
        private final long created = clock.instant().getEpochSecond();
        private int read;
        private int written;

        private Written(CompletionRequest asked, Writing.Job job, boolean usage) {
            this.asked = asked;
            this.job = job;
            this.usage = usage;
        }

        private CompletionAnswer whole() {
            List<CompletionAnswer.TextChoice> choices = new ArrayList<>();
            for (Prompt prompt : asked.prompt().prompts()) {
                int prompted = 0;
                for (int i = 0; i < asked.n(); i++) {
                    Completion done = writing.write(job, prompt, i, piece -> {});
                    choices.add(
                            new CompletionAnswer.TextChoice(
                                    echoed(prompt) + done.text(),
                                    choices.size(),
                                    Logprobs.text(asked.logprobs(), done.scores(), 0),
                                    Answers.finish(done)));
                    prompted = done.promptTokens();
                    written += done.tokens();
                }
                read += prompted; // one prompt is read once, however many texts follow it
            }
            return answer(choices, Usage.of(read, written));
        }

        private void stream(EventStream events) {
            int index = 0;
            for (Prompt prompt : asked.prompt().prompts()) {
                int prompted = 0;
                for (int i = 0; i < asked.n(); i++) {
                    Completion done = text(prompt, i, index++, events);
                    prompted = done.promptTokens();
                    written += done.tokens();
                }
                read += prompted;
            }
            if (usage) {
                send(events, List.of(), Usage.of(read, written));
            }
        }

        private Completion text(Prompt prompt, int number, int index, EventStream events) {
            if (asked.echo()) {
                part(events, new CompletionAnswer.TextChoice(echoed(prompt), index, null, null));
            }
            int[] offset = new int[1]; // characters so far; counted in the lambda, in this thread
            Completion done =
                    writing.write(
                            job,
                            prompt,
                            number,
                            piece -> {
                                if (piece.text().isEmpty() && piece.scores().isEmpty()) {
                                    return;
                                }
                                part(
                                        events,
                                        new CompletionAnswer.TextChoice(
                                                piece.text(),
                                                index,
                                                Logprobs.text(
                                                        asked.logprobs(),
                                                        piece.scores(),
                                                        offset[0]),
                                                null));
                                offset[0] +=
                                        piece.scores().stream()
                                                .mapToInt(s -> s.text().length())
                                                .sum();
                            });
            part(events, new CompletionAnswer.TextChoice("", index, null, Answers.finish(done)));
            return done;
        }

        private String echoed(Prompt prompt) {
            return asked.echo() && prompt instanceof Prompt.Raw raw ? raw.text() : "";
        }

        private void part(EventStream events, CompletionAnswer.TextChoice choice) {
            send(events, List.of(choice), null);
        }

        private void send(
                EventStream events,
                List<CompletionAnswer.TextChoice> choices,
                @Nullable Usage used) {
            events.send(Answers.event(answer(choices, used), usage));
        }

        private CompletionAnswer answer(
                List<CompletionAnswer.TextChoice> choices, @Nullable Usage used) {
            return new CompletionAnswer(
                    id, "text_completion", created, job.model().id(), choices, used);
        }
    }
}
