package understudy.reply;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Gives conversations what is remembered of earlier ones before another completer writes on.
public final class RememberingCompleter implements Completer {
    private final Completer inner;
    private final Memory memory;

    /// @param inner closed with this
    public RememberingCompleter(Completer inner, Memory memory) {
        this.inner = inner;
        this.memory = memory;
    }

    @Override
    public List<ModelInfo> models() {
        return inner.models();
    }

    @Override
    public Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
        if (!(task.prompt() instanceof Prompt.Chat chat)) {
            return inner.complete(task, onPiece, cancelled);
        }
        List<String> lines = memory.recall(chat.partner(), chat.lines(), chat.date());
        Task remembering =
                new Task(
                        task.model(),
                        chat.remembering(lines),
                        task.options(),
                        task.fixed(),
                        task.client());
        return inner.complete(remembering, onPiece, cancelled);
    }

    @Override
    public int count(String model, String text) {
        return inner.count(model, text);
    }

    @Override
    public Load load() {
        return inner.load();
    }

    @Override
    public void close() {
        inner.close();
    }
}
