package understudy.serve.api;

import io.javalin.http.Context;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.generate.TokenScore;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.reply.Voice;
import understudy.serve.http.EventStream;
import understudy.serve.http.InFlight;
import understudy.serve.http.Route;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Fields;
import understudy.text.Line;

/// `POST /v1/chat/completions`: answers a conversation as the person who is imitated.
final class ChatRoute {
    private static final String TRUNCATED = "X-Understudy-Truncated";

    private static final String EXAMPLE =
            """
            {"messages": [{"role": "user", "content": "How was your day?"}],
             "max_completion_tokens": 60}
            """;
    private static final String EXAMPLE_STREAM =
            """
            {"messages": [{"role": "user", "content": "How was your day?"}],
             "max_completion_tokens": 60, "stream": true,
             "stream_options": {"include_usage": true}}
            """;

    private final Writing writing;
    private final People people;
    private final Clock clock;

    ChatRoute(Writing writing, People people, Clock clock) {
        this.writing = writing;
        this.people = people;
        this.clock = clock;
    }

    Route route() {
        return Route.post("/v1/chat/completions", "createChatCompletion", ChatRequest.class)
                .tag("OpenAI")
                .says(
                        "Answer a conversation",
                        "Answers as the person who is imitated, or streams the answer. The first"
                            + " line of the training comes before the conversation; system messages"
                            + " follow it.")
                .example("a question", EXAMPLE)
                .example("a question, streamed", EXAMPLE_STREAM)
                .answer(
                        Route.Answer.json(200, "The answers.", ChatAnswer.class)
                                .or(Route.EVENTS, ChatAnswer.ChatChunk.class)
                                .header(
                                        TRUNCATED,
                                        "Messages left out because they did not fit; not of"
                                                + " streams."))
                .writes()
                .handler(this::handle);
    }

    /// A conversation that may fit.
    ///
    /// @param left oldest messages that cannot, left out already
    private record Conversation(List<Line> lines, int left) {}

    private void handle(Context context) {
        ChatRequest asked = writing.body().read(context, ChatRequest.class);
        boolean usage = StreamOptions.usage(asked.stream(), asked.streamOptions());
        Completer.ModelInfo model = writing.model(asked.model());
        Conversation conversation = fit(asked, model);
        Prompt prompt =
                new Prompt.Chat(
                        conversation.lines,
                        partner(asked.metadata()),
                        LocalDate.now(clock),
                        List.of(),
                        0,
                        asked.mayTruncate());
        String client = asked.client() == null ? Writing.client(context) : asked.client();
        try (InFlight.Request request = writing.inFlight().open(context.req())) {
            Writing.Job job =
                    new Writing.Job(model, asked.options(), asked.seed(), client, request);
            if (asked.stream()) {
                Streamed streamed = new Streamed(asked, job, conversation.left, usage);
                EventStream.answer(
                        context,
                        request,
                        writing.errors(),
                        events -> streamed.write(prompt, events));
            } else {
                answer(context, asked, job, prompt, conversation.left);
            }
        }
    }

    private Voice.Partner partner(@Nullable Metadata metadata) {
        String name = metadata == null ? null : metadata.entries().get("person");
        if (name == null) {
            return Voice.Partner.STRANGER;
        }
        return people.find(name)
                .orElseThrow(() ->
                        ApiError.field(
                                "metadata.person",
                                "nobody of that name is in the chat store; `understudy people`"
                                        + " lists who is",
                                "invalid_value"));
    }

    /// Leaves out what is certain not to fit, where that is allowed; or else refuses it.
    private static Conversation fit(ChatRequest asked, Completer.ModelInfo model) {
        List<Line> lines = new ArrayList<>(asked.lines());
        long characters = lines.stream().mapToLong(l -> l.content().length()).sum();
        int most = Writing.mostCharacters(model);
        int left = 0;
        int at = 0;
        while (asked.mayTruncate() && characters > most && at < lines.size() - 1) {
            if (lines.get(at).role() == Role.SYSTEM) {
                at++;
            } else {
                characters -= lines.remove(at).content().length();
                left++;
            }
        }
        Writing.checkLength(model, characters, "messages");
        return new Conversation(lines, left);
    }

    private void answer(
            Context context, ChatRequest asked, Writing.Job job, Prompt prompt, int left) {
        List<ChatAnswer.ChatChoice> choices = new ArrayList<>();
        int read = 0;
        int written = 0;
        int truncated = left;
        for (int i = 0; i < asked.n(); i++) {
            Completion done = writing.write(job, prompt, i, piece -> {});
            choices.add(
                    new ChatAnswer.ChatChoice(
                            i,
                            new ChatAnswer.Said("assistant", done.text(), null),
                            Logprobs.chat(asked.logprobs(), done.scores()),
                            Answers.finish(done)));
            read = done.promptTokens();
            written += done.tokens();
            truncated = left + done.left();
        }
        ChatAnswer answer =
                new ChatAnswer(
                        Answers.name("chatcmpl-"),
                        "chat.completion",
                        clock.instant().getEpochSecond(),
                        job.model().id(),
                        choices,
                        Usage.of(read, written),
                        truncated);
        context.header(TRUNCATED, Integer.toString(truncated));
        context.result(Fields.mapper().writeValueAsString(answer));
    }

    /// One answer in events.
    private final class Streamed {
        private final ChatRequest asked;
        private final Writing.Job job;
        private final int left;
        private final boolean usage;
        private final String id = Answers.name("chatcmpl-");
        private final long created = clock.instant().getEpochSecond();

        private Streamed(ChatRequest asked, Writing.Job job, int left, boolean usage) {
            this.asked = asked;
            this.job = job;
            this.left = left;
            this.usage = usage;
        }

        private void write(Prompt prompt, EventStream events) {
            int read = 0;
            int written = 0;
            int truncated = left;
            for (int i = 0; i < asked.n(); i++) {
                Completion done = choice(prompt, i, events);
                read = done.promptTokens();
                written += done.tokens();
                truncated = left + done.left();
            }
            if (usage) {
                send(events, List.of(), truncated, Usage.of(read, written));
            }
        }

        private Completion choice(Prompt prompt, int index, EventStream events) {
            boolean[] begun = new boolean[1]; // set in the lambda, in this thread
            Runnable begin =
                    () -> {
                        if (!begun[0]) {
                            begun[0] = true;
                            part(
                                    events,
                                    index,
                                    new ChatAnswer.Delta("assistant", ""),
                                    List.of(),
                                    false);
                        }
                    };
            Completion done =
                    writing.write(
                            job,
                            prompt,
                            index,
                            piece -> {
                                begin.run();
                                if (!piece.text().isEmpty() || !piece.scores().isEmpty()) {
                                    part(
                                            events,
                                            index,
                                            new ChatAnswer.Delta(null, piece.text()),
                                            piece.scores(),
                                            asked.logprobs());
                                }
                            });
            begin.run();
            ChatAnswer.ChunkChoice last =
                    new ChatAnswer.ChunkChoice(
                            index, new ChatAnswer.Delta(null, null), null, Answers.finish(done));
            send(events, List.of(last), left + done.left(), null);
            return done;
        }

        private void part(
                EventStream events,
                int index,
                ChatAnswer.Delta delta,
                List<TokenScore> scores,
                boolean logprobs) {
            ChatAnswer.ChunkChoice part =
                    new ChatAnswer.ChunkChoice(index, delta, Logprobs.chat(logprobs, scores), null);
            send(events, List.of(part), null, null);
        }

        private void send(
                EventStream events,
                List<ChatAnswer.ChunkChoice> parts,
                @Nullable Integer truncated,
                @Nullable Usage used) {
            ChatAnswer.ChatChunk chunk =
                    new ChatAnswer.ChatChunk(
                            id,
                            "chat.completion.chunk",
                            created,
                            job.model().id(),
                            parts,
                            truncated,
                            used);
            events.send(Answers.event(chunk, usage));
        }
    }
}
