package understudy.reply;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.reply.Refusal.Reason;
import understudy.text.TemplateEncoder;

/// Writes through another, OpenAI-compatible server: what a person uses whose machine is too small,
/// with the same first line and template in front.
///
/// What is sent to it is in `docs/upstream.md`. Nothing that people write gets into errors.
public final class UpstreamCompleter implements Completer {
    private final UpstreamConfig config;
    private final UpstreamHttp http;
    private final UpstreamServer server;
    private final UpstreamPrompts prompts;
    private final FairTurns turns;
    private volatile boolean closed;

    /// Asks nothing of the server yet.
    ///
    /// @param voice   whose first line stands before a conversation; null for none
    /// @param encoder template and tokenizer of the server's model; null where they are not here
    public UpstreamCompleter(
            UpstreamConfig config, @Nullable Voice voice, @Nullable TemplateEncoder encoder) {
        this.config = config;
        this.http = new UpstreamHttp(config);
        this.server = new UpstreamServer(config, http);
        this.prompts = new UpstreamPrompts(config, server, voice, encoder);
        this.turns = new FairTurns(config.atOnce(), config.waiting());
    }

    /// Whether what people write goes to another machine: to be said before it does.
    public boolean leavesThisMachine() {
        return config.leavesThisMachine();
    }

    /// The one model that is asked.
    ///
    /// @throws Refusal where it is not clear which, or the server has to tell and cannot be reached
    @Override
    public List<ModelInfo> models() {
        UpstreamServer.Model model = server.model();
        int context = model.context() > 0 ? model.context() : UpstreamPrompts.ASSUMED_CONTEXT;
        return List.of(new ModelInfo(model.id(), Kind.UPSTREAM, model.created(), context));
    }

    @Override
    public Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
        if (closed) {
            throw stopping();
        }
        BooleanSupplier stop = () -> closed || cancelled.getAsBoolean();
        try {
            if (!turns.take(task.client(), stop)) {
                return nothing();
            }
            try {
                return new UpstreamCall(config, http, server, prompts, task, onPiece, stop).run();
            } finally {
                turns.done();
            }
        } catch (CancellationException e) {
            return nothing();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping();
        }
    }

    private static Completion nothing() {
        return new Completion("", 0, 0, 0, Completion.Finish.CANCELLED, List.of());
    }

    private static Refusal stopping() {
        return new Refusal(
                Reason.UNAVAILABLE, "no answers are written any more", null, "start it again");
    }

    /// Exact where the tokenizer is here; otherwise rather too many, see `docs/upstream.md`.
    @Override
    public int count(String model, String text) {
        prompts.check(model);
        return prompts.count(text);
    }

    @Override
    public Load load() {
        return new Load(turns.running(), turns.waiting(), 1, 0);
    }

    @Override
    public void close() {
        closed = true;
        http.close();
    }
}
