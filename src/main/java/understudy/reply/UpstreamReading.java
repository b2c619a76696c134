package understudy.reply;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.generate.StopText;
import understudy.generate.TokenScore;
import understudy.reply.Refusal.Reason;
import understudy.text.Tokenizer;

/// Makes an answer of what a server sends, and holds it to what was asked: a server may miss a stop
/// text or the most tokens.
final class UpstreamReading {
    /// Bytes of one event at most.
    private static final int MOST_EVENT = 8 << 20;

    /// Bytes of an answer that comes in one piece.
    private static final int MOST_WHOLE = 64 << 20;

    /// How long to wait for the count of tokens behind the end of the text.
    private static final Duration AFTER_END = Duration.ofSeconds(2);

    private final UpstreamConfig config;
    private final @Nullable Tokenizer tokenizer;
    private final int maxTokens;
    private final Consumer<Completion.Piece> onPiece;
    private final BooleanSupplier cancelled;

    private final StopText stops;
    private final StringBuilder text = new StringBuilder();
    private final List<TokenScore> scores = new ArrayList<>();
    private final StringBuilder all = new StringBuilder();
    private int counted;
    private int told = -1;
    private int promptTold = -1;
    private boolean done;
    private Completion.@Nullable Finish finish;

    /// @param tokenizer null where there is none
    UpstreamReading(
            UpstreamConfig config,
            @Nullable Tokenizer tokenizer,
            List<String> stops,
            int maxTokens,
            Consumer<Completion.Piece> onPiece,
            BooleanSupplier cancelled) {
        this.config = config;
        this.tokenizer = tokenizer;
        this.stops = new StopText(stops);
        this.maxTokens = maxTokens;
        this.onPiece = onPiece;
        this.cancelled = cancelled;
    }

    /// Whether text was given out already: then nothing can be tried again.
    boolean begun() {
        return !text.isEmpty() || !scores.isEmpty();
    }

    /// An error amid the answer.
    static final class Amid extends IOException {
        private final transient UpstreamProblem problem;

        Amid(UpstreamProblem problem) {
            super("the server reports an error amid its answer");
            this.problem = problem;
        }

        UpstreamProblem problem() {
            return problem;
        }
    }

    void read(UpstreamHttp.Answer answer) throws IOException, InterruptedException {
        if (answer.events()) {
            readEvents(answer.body());
        } else {
            byte[] whole = answer.body().all(MOST_WHOLE, config.limits().first(), cancelled);
            take(new String(whole, StandardCharsets.UTF_8));
            done = true;
        }
        if (finish == null && !done) {
            throw new IOException("the answer breaks off");
        }
    }

    private void readEvents(UpstreamBody body) throws IOException, InterruptedException {
        EventStream stream = new EventStream(MOST_EVENT);
        Duration wait = config.limits().first();
        long end = System.nanoTime() + wait.toNanos();
        boolean open = true;
        while (open && !done) {
            if (System.nanoTime() > end) {
                // comments alone keep a connection, but say nothing
                throw new HttpTimeoutException("no event for " + wait.toSeconds() + " s");
            }
            byte[] part;
            try {
                part = body.next(wait, cancelled);
            } catch (HttpTimeoutException e) {
                if (finish == null) {
                    throw e;
                }
                return; // the text is whole, and nothing that was still to come did
            }
            List<EventStream.Event> events = part == null ? stream.end() : stream.add(part);
            open = part != null;
            for (EventStream.Event event : events) {
                take(event);
            }
            if (!events.isEmpty()) {
                wait = finish == null ? config.limits().between() : AFTER_END;
                end = System.nanoTime() + config.limits().first().toNanos();
            }
        }
    }

    private void take(EventStream.Event event) throws IOException {
        if (done) {
            return;
        }
        if (event.data().strip().equals("[DONE]")) {
            done = true;
        } else if (event.type().equals("error")) {
            throw new Amid(UpstreamProblem.amid(event.data()));
        } else {
            take(event.data());
        }
    }

    private void take(String json) throws IOException {
        JsonNode node = UpstreamProblem.parsed(json);
        if (!node.isObject()) {
            throw new IOException("what the server sends is not JSON");
        }
        JsonNode error = node.path("error");
        boolean wrong =
                error.isObject()
                        || error.isString()
                        || node.path("object").asString("").equals("error");
        if (wrong) {
            throw new Amid(UpstreamProblem.amid(json));
        }
        UpstreamPart part = UpstreamPart.read(node, tokenizer);
        promptTold = part.promptTokens() >= 0 ? part.promptTokens() : promptTold;
        told = part.tokens() >= 0 ? part.tokens() : told;
        if (finish == null) {
            give(part.text(), part.scores());
        }
        if (part.finish() != null && finish == null) {
            finish = finish(part.finish());
        }
    }

    private static Completion.Finish finish(String word) throws IOException {
        return switch (word) {
            case "length", "max_tokens" -> Completion.Finish.LENGTH;
            case "abort", "error" -> throw new IOException("the server gave up amid its answer");
            default -> Completion.Finish.STOP;
        };
    }

    private void give(String part, List<TokenScore> partScores) {
        scores.addAll(partScores);
        String shown = stops.add(bounded(part));
        text.append(shown);
        if (stops.stopped()) {
            finish = Completion.Finish.STOP;
            done = true;
        } else if (finish == Completion.Finish.LENGTH) {
            done = true;
        }
        if (!shown.isEmpty() || !partScores.isEmpty()) {
            onPiece.accept(new Completion.Piece(shown, partScores));
        }
    }

    /// `part`, or nothing where the most tokens are written: a server that does not count would
    /// write on and on.
    private String bounded(String part) {
        if (part.isEmpty()) {
            return part;
        }
        counted++;
        if (tokenizer == null) {
            // no token is known to stand for more than this
            if (all.length() + part.length() <= 128L * maxTokens) {
                return remembered(part);
            }
        } else {
            counted += tokenizer.encode(part, true).length - 1;
            if (counted > maxTokens) {
                // tokens across the borders of parts were counted twice
                counted = tokenizer.encode(all.toString() + part, true).length;
            }
            if (counted <= maxTokens) {
                return remembered(part);
            }
        }
        finish = Completion.Finish.LENGTH;
        return "";
    }

    private String remembered(String part) {
        all.append(part);
        return part;
    }

    /// @param promptTokens as counted here, for a server that does not tell
    Completion completion(int promptTokens, int left, Completion.@Nullable Finish because) {
        String rest = stops.end();
        if (!rest.isEmpty()) {
            text.append(rest);
            onPiece.accept(new Completion.Piece(rest, List.of()));
        }
        Completion.Finish why = because != null ? because : finish;
        return new Completion(
                text.toString(),
                promptTold >= 0 ? promptTold : promptTokens,
                told >= 0 ? told : counted,
                left,
                why == null ? Completion.Finish.STOP : why,
                scores);
    }

    static Refusal broken(UpstreamConfig config, IOException failure) {
        return new Refusal(
                Reason.UPSTREAM,
                "the server's answer breaks off or cannot be read",
                config.origin(),
                "look into the server's own log; try again",
                0,
                failure);
    }
}
