package understudy.reply;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import understudy.base.Printable;
import understudy.generate.GenerateOptions;
import understudy.reply.Refusal.Reason;
import understudy.reply.UpstreamConfig.Way;
import understudy.text.Line;
import understudy.text.TemplateEncoder;
import understudy.text.TemplateLines;
import understudy.text.Tokenizer;

/// Makes of a prompt what a server gets: text in our template, token ids, or messages with roles.
final class UpstreamPrompts {
    /// Literals of tokens that open a text. Servers other than vLLM put them there themselves.
    private static final List<String> BEGINNINGS =
            List.of(
                    "<|begin_of_text|>",
                    "<s>",
                    "<bos>",
                    "<|startoftext|>",
                    "<\uFF5Cbegin\u2581of\u2581sentence\uFF5C>");

    /// Where nobody says how much the model takes; what Ollama starts with.
    static final int ASSUMED_CONTEXT = 4096;

    /// The share of the context that is kept for an answer, however long it may get.
    private static final int LEAST_SHARE = 4;

    /// What is remembered has this part of a prompt.
    private static final int MEMORY_SHARE = 4;

    private final UpstreamConfig config;
    private final UpstreamServer server;
    private final @Nullable Voice voice;
    private final @Nullable TemplateEncoder encoder;
    private final ControlText controls;

    UpstreamPrompts(
            UpstreamConfig config,
            UpstreamServer server,
            @Nullable Voice voice,
            @Nullable TemplateEncoder encoder) {
        this.config = config;
        this.server = server;
        this.voice = voice;
        this.encoder = encoder;
        this.controls = new ControlText(encoder == null ? null : encoder.tokenizer());
    }

    @Nullable Tokenizer tokenizer() {
        return encoder == null ? null : encoder.tokenizer();
    }

    /// What is to be sent.
    ///
    /// @param path   behind the base
    /// @param body   JSON
    /// @param tokens of the prompt, as far as known here
    /// @param left   lines that did not fit
    record Made(String path, String body, int tokens, int left) {
        boolean chat() {
            return path.startsWith("/chat");
        }
    }

    /// @throws Refusal where there is no such model
    void check(String model) {
        if (!model.isEmpty() && !model.equals(server.model().id())) {
            throw new Refusal(
                    Reason.UNKNOWN_MODEL,
                    "there is no such model",
                    config.origin(),
                    "ask for " + Printable.line(server.model().id()));
        }
    }

    int count(String text) {
        return encoder == null
                ? TokenEstimate.of(text)
                : encoder.tokenizer().encodeWithControls(text).length;
    }

    /// Stop texts of the request first, then those that end a turn.
    List<String> stops(GenerateOptions options) {
        return encoder == null
                ? options.stopStrings()
                : options.alsoStoppingAt(Set.of(), encoder.stopStrings()).stopStrings();
    }

    /// @param fixed see [Completer.Task#fixed()]
    Made make(Prompt prompt, GenerateOptions options, boolean fixed) {
        return switch (prompt) {
            case Prompt.Raw raw -> raw(raw.text(), options, fixed);
            case Prompt.Ids ids -> ids(ids.ids(), options, fixed);
            case Prompt.Chat chat -> chat(chat, options, fixed);
        };
    }

    private Made raw(String text, GenerateOptions options, boolean fixed) {
        int tokens = count(text);
        int room = room(tokens, encoder != null, options);
        String body = request(options, room, fixed).completion(opened(text), stopIds(options));
        return new Made("/completions", body, tokens, 0);
    }

    private Made ids(List<Integer> ids, GenerateOptions options, boolean fixed) {
        int room = room(ids.size(), true, options);
        String body = request(options, room, fixed).completion(ids, stopIds(options));
        return new Made("/completions", body, ids.size(), 0);
    }

    private Made chat(Prompt.Chat chat, GenerateOptions options, boolean fixed) {
        List<Line> said = voice == null ? chat.lines() : voice.lines(chat.lines(), chat.partner());
        List<Line> history = new ArrayList<>(controls.harmless(said));
        int most = most(chat, options);
        Prompt.Chat fitting = chat.remembering(fitting(chat.memory(), most / MEMORY_SHARE));
        String first = controls.harmless(PromptBuilder.firstLine(voice, fitting, history));
        UpstreamFitting.Fitted fitted =
                UpstreamFitting.fit(first, history, most, chat.shorten(), this::tokens);
        int room = room(fitted.tokens(), encoder != null, options);
        UpstreamRequest request = request(options, room, fixed);
        boolean completes = server.completes() || config.way() == Way.COMPLETIONS;
        if (encoder == null || !completes || config.way() == Way.CHAT || rewrites()) {
            if (config.way() == Way.COMPLETIONS && encoder == null) {
                throw new Refusal(
                        Reason.INVALID,
                        "a conversation cannot be written without a local template",
                        null,
                        "name a run or a base model, or ask the server as a chat");
            }
            List<Line> lines =
                    server.strict() ? TemplateLines.adapt(fitted.lines()) : fitted.lines();
            return new Made(
                    "/chat/completions", request.chat(lines), fitted.tokens(), fitted.left());
        }
        return new Made(
                "/completions",
                completion(encoder, request, fitted.lines(), options),
                fitted.tokens(),
                fitted.left());
    }

    /// As many of the first lines as there is room for.
    private static List<String> fitting(List<String> memory, int room) {
        int tokens = 0;
        int count = 0;
        while (count < memory.size() && tokens + TokenEstimate.of(memory.get(count)) + 1 <= room) {
            tokens += TokenEstimate.of(memory.get(count++)) + 1;
        }
        return memory.subList(0, count);
    }

    /// Ollama puts what it gets as a prompt into its own template; so does nobody else.
    private boolean rewrites() {
        return config.way() == Way.AUTO && server.kind() == UpstreamServer.Kind.OLLAMA;
    }

    private String completion(
            TemplateEncoder local,
            UpstreamRequest request,
            List<Line> lines,
            GenerateOptions options) {
        String text = local.promptText(lines);
        if (local.plain() && !local.tokenizer().controlsIn(text).isEmpty()) {
            // marks that were learned as plain text would become control tokens on the way
            List<Integer> ids = Arrays.stream(local.prompt(lines)).boxed().toList();
            return request.completion(ids, stopIds(options));
        }
        return request.completion(opened(text), stopIds(options));
    }

    /// The text as the server wants it: with the token that opens it, or without.
    private String opened(String text) {
        if (encoder == null || server.kind() == UpstreamServer.Kind.VLLM) {
            return text; // which is told to add nothing
        }
        for (String beginning : BEGINNINGS) {
            boolean known = encoder.tokenizer().control(beginning).isPresent();
            if (known && text.startsWith(beginning)) {
                return text.substring(beginning.length());
            }
        }
        return text;
    }

    private int tokens(List<Line> lines) {
        return encoder == null ? TokenEstimate.of(lines) : encoder.prompt(lines).length;
    }

    private Set<Integer> stopIds(GenerateOptions options) {
        return encoder == null
                ? options.stopIds()
                : options.alsoStoppingAt(encoder.stopIds(), List.of()).stopIds();
    }

    private UpstreamRequest request(GenerateOptions options, int room, boolean fixed) {
        return new UpstreamRequest(server, options, stops(options), room, fixed);
    }

    private int most(Prompt.Chat chat, GenerateOptions options) {
        int context = server.model().context();
        int asked = chat.mostTokens() == 0 ? Integer.MAX_VALUE : chat.mostTokens();
        if (context == 0) {
            return chat.mostTokens() == 0 ? ASSUMED_CONTEXT : asked;
        }
        int kept = Math.min(options.maxTokens(), context / LEAST_SHARE);
        return Math.min(asked, Math.max(1, context - kept));
    }

    /// Tokens that may be written: servers refuse a request for more than the context holds.
    ///
    /// @param exact whether `tokens` is no estimate
    private int room(int tokens, boolean exact, GenerateOptions options) {
        int context = server.model().context();
        if (context == 0) {
            return options.maxTokens();
        }
        if (exact && tokens >= context) {
            throw new Refusal(
                    Reason.TOO_LONG,
                    "the prompt of %d tokens does not fit the model's %d"
                            .formatted(tokens, context),
                    config.origin(),
                    "write less, or leave out older messages");
        }
        return Math.clamp((long) context - tokens, 1, options.maxTokens());
    }
}
