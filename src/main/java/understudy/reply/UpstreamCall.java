package understudy.reply;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.base.HttpChunks;
import understudy.reply.Completer.Task;
import understudy.reply.Refusal.Reason;
import understudy.reply.UpstreamConfig.Way;

/// One task: asks, learns from a refusal what the server does not take, asks again, reads.
///
/// It is asked again only as long as no text was given out.
final class UpstreamCall {
    /// Bytes read of an error.
    private static final int MOST_ERROR = 1 << 16;

    private static final Duration ERROR_WAIT = Duration.ofSeconds(10);

    /// Attempts while the server is busy.
    private static final int ATTEMPTS = 3;

    /// Changes of what is asked; each takes something away, so this is never reached.
    private static final int MOST_CHANGES = 8;

    /// A server that wants to be left alone longer is asked again by whoever asked here.
    private static final int LONGEST_RETRY = 10;

    private final UpstreamConfig config;
    private final UpstreamHttp http;
    private final UpstreamServer server;
    private final UpstreamPrompts prompts;
    private final Task task;
    private final Consumer<Completion.Piece> onPiece;
    private final BooleanSupplier cancelled;
    private int attempts;
    private int changes;

    UpstreamCall(
            UpstreamConfig config,
            UpstreamHttp http,
            UpstreamServer server,
            UpstreamPrompts prompts,
            Task task,
            Consumer<Completion.Piece> onPiece,
            BooleanSupplier cancelled) {
        this.config = config;
        this.http = http;
        this.server = server;
        this.prompts = prompts;
        this.task = task;
        this.onPiece = onPiece;
        this.cancelled = cancelled;
    }

    /// @throws CancellationException where it is given up before the answer begins
    Completion run() throws InterruptedException {
        prompts.check(task.model());
        while (true) {
            UpstreamPrompts.Made made = prompts.make(task.prompt(), task.options(), task.fixed());
            UpstreamProblem problem;
            try (UpstreamHttp.Answer answer = http.post(made.path(), made.body(), cancelled)) {
                if (answer.good()) {
                    return read(answer, made);
                }
                byte[] body = answer.body().all(MOST_ERROR, ERROR_WAIT, cancelled);
                problem = UpstreamProblem.of(answer.status(), answer.headers(), body);
            } catch (UpstreamReading.Amid e) {
                problem = e.problem();
            } catch (IOException e) {
                if (cancelled.getAsBoolean()) {
                    throw new CancellationException();
                }
                if (!UpstreamHttp.stale(e) || ++attempts >= ATTEMPTS) {
                    throw http.failed(e);
                }
                continue;
            }
            if (!worthAnother(problem, made)) {
                throw refusal(problem, made);
            }
        }
    }

    /// @throws UpstreamReading.Amid where the server reports an error before any text
    private Completion read(UpstreamHttp.Answer answer, UpstreamPrompts.Made made)
            throws IOException, InterruptedException {
        UpstreamReading reading =
                new UpstreamReading(
                        config,
                        prompts.tokenizer(),
                        prompts.stops(task.options()),
                        task.options().maxTokens(),
                        onPiece,
                        cancelled);
        try {
            reading.read(answer);
        } catch (CancellationException e) {
            return reading.completion(made.tokens(), made.left(), Completion.Finish.CANCELLED);
        } catch (UpstreamReading.Amid e) {
            if (reading.begun()) {
                throw refusal(e.problem(), made);
            }
            throw e;
        } catch (HttpTimeoutException e) {
            throw http.failed(e);
        } catch (IOException e) {
            if (cancelled.getAsBoolean()) {
                return reading.completion(made.tokens(), made.left(), Completion.Finish.CANCELLED);
            }
            throw UpstreamReading.broken(config, e);
        }
        return reading.completion(made.tokens(), made.left(), null);
    }

    /// Whether something can be done about it.
    private boolean worthAnother(UpstreamProblem problem, UpstreamPrompts.Made made)
            throws InterruptedException {
        if (problem.busy()) {
            int wait = problem.retry().orElse(1 << attempts);
            if (++attempts >= ATTEMPTS || wait > LONGEST_RETRY) {
                return false;
            }
            pause(Duration.ofSeconds(wait));
            return true;
        }
        return ++changes <= MOST_CHANGES && changed(problem, made);
    }

    /// Whether the next request will be another one.
    private boolean changed(UpstreamProblem problem, UpstreamPrompts.Made made) {
        boolean chat = task.prompt() instanceof Prompt.Chat;
        if (problem.noPath() && !made.chat() && chat && config.way() == Way.AUTO) {
            server.completesNot();
            return true;
        }
        if (problem.tooLong() || problem.noModel(server.model().id())) {
            return false;
        }
        if (problem.order() && made.chat() && !server.strict()) {
            server.isStrict();
            return true;
        }
        if (!problem.refused()) {
            return false;
        }
        List<String> names = UpstreamRequest.dispensable(problem, made.body());
        names.forEach(server::refuses);
        if (names.isEmpty() && problem.names("stream") && server.streams()) {
            server.streamsNot();
            return true;
        }
        return !names.isEmpty();
    }

    private void pause(Duration wait) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        while (System.nanoTime() < end) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException();
            }
            Thread.sleep(HttpChunks.LOOK);
        }
    }

    private Refusal refusal(UpstreamProblem problem, UpstreamPrompts.Made made) {
        if (problem.refused() && !problem.tooLong() && !problem.noModel(server.model().id())) {
            if (made.body().contains("\"prompt\":[")) {
                return invalid("token ids", "send the prompt as text");
            }
            for (String field : UpstreamRequest.NEEDED) {
                if (made.body().contains("\"" + field + "\":") && problem.names(field)) {
                    return invalid(field, "leave it out, or give another value");
                }
            }
        }
        return problem.refusal(
                config.origin(), config.key() != null, server.model().id(), server::names);
    }

    private Refusal invalid(String what, String fix) {
        return new Refusal(
                Reason.INVALID,
                "the server does not take " + what + " as it was given",
                config.origin(),
                fix);
    }
}
