package understudy.serve.guard;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Refusal;

/// Counts what another one writes.
public final class MeteredCompleter implements Completer {
    private final Completer completer;
    private final Metrics metrics;

    /// @param completer closed with this
    public MeteredCompleter(Completer completer, Metrics metrics) {
        this.completer = completer;
        this.metrics = metrics;
        metrics.watch(completer);
    }

    @Override
    public List<ModelInfo> models() {
        return completer.models();
    }

    @Override
    public Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
        Pace pace = new Pace();
        try {
            Completion done =
                    completer.complete(
                            task,
                            piece -> {
                                pace.piece(piece);
                                onPiece.accept(piece);
                            },
                            cancelled);
            metrics.completed(done);
            return done;
        } catch (Refusal e) {
            metrics.refused(e.reason());
            throw e;
        } catch (RuntimeException e) {
            metrics.failed("other");
            throw e;
        }
    }

    /// Times of one text's parts; used by its thread alone.
    private final class Pace {
        private long last = System.nanoTime();
        private boolean begun;

        private void piece(Completion.Piece piece) {
            if (piece.text().isEmpty()) {
                return;
            }
            long now = System.nanoTime();
            if (begun) {
                metrics.betweenTokens(now - last);
            } else {
                metrics.firstToken(now - last);
            }
            begun = true;
            last = now;
        }
    }

    @Override
    public int count(String model, String text) {
        return completer.count(model, text);
    }

    @Override
    public Load load() {
        return completer.load();
    }

    @Override
    public void close() {
        completer.close();
    }
}
