package understudy.reply;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import understudy.SyntheticChats;
import understudy.base.UserError;
import understudy.generate.Decoder;
import understudy.generate.Generator;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.text.TemplateEncoder;

/// The tiny chat model: `base` alone, `robin` with an adapter that changes every answer, and
/// `broken`, which does not load.
final class TinyShelf implements Shelf {
    static final int CONTEXT = 4096;

    final AtomicInteger loads = new AtomicInteger();

    /// Closed by a test: the thread that loads waits until it is open.
    volatile CountDownLatch gate = new CountDownLatch(0);

    final AtomicInteger atTheGate = new AtomicInteger();
    private final TemplateEncoder encoder = TemplateEncoder.load(SyntheticChats.tinyModel(), false);
    private @Nullable LanguageModel model;
    private @Nullable Generator generator;
    private @Nullable Adapter adapter;
    private volatile int loaded;

    private Completer.ModelInfo info(String id, Completer.Kind kind) {
        return new Completer.ModelInfo(id, kind, 1_700_000_000, CONTEXT);
    }

    @Override
    public List<Completer.ModelInfo> models() {
        return List.of(info("robin", Completer.Kind.RUN), info("base", Completer.Kind.BASE));
    }

    @Override
    public Speaker speaker(String model) {
        Voice voice = new Voice("Robin", "{me} writes to {person}.");
        return switch (model) {
            case "", "robin" -> new Speaker(info("robin", Completer.Kind.RUN), encoder, voice);
            case "base", "broken" -> new Speaker(info(model, Completer.Kind.BASE), encoder, null);
            default -> throw new Refusal(Refusal.Reason.UNKNOWN_MODEL, "no such model", null, "no");
        };
    }

    TemplateEncoder encoder() {
        return encoder;
    }

    @Override
    public Decoder load(String name, Set<String> inUse) {
        atTheGate.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (name.equals("broken")) {
            throw new UserError("the weights are damaged", "model.safetensors", "fetch it again");
        }
        LanguageModel loadedModel = model;
        Generator writer = generator;
        Adapter learned = adapter;
        if (loadedModel == null || writer == null || learned == null) {
            loads.incrementAndGet();
            loadedModel =
                    LanguageModel.load(SyntheticChats.tinyModel(), Placement.cpu(ComputeType.F32));
            writer = new Generator(loadedModel, encoder.tokenizer(), 4);
            LoraConfig config = new LoraConfig(2, 64, 0, LoraConfig.ALL_TARGETS);
            learned = Adapter.create(loadedModel, config, 7, false);
            try (org.bytedeco.javacpp.PointerScope scope =
                    new org.bytedeco.javacpp.PointerScope()) {
                learned.parameters().fill_(new org.bytedeco.pytorch.Scalar(0.05));
            }
            learned.refresh();
            model = loadedModel;
            generator = writer;
            adapter = learned;
            loaded = 1;
        }
        return new Decoder("tiny", writer, name.equals("base") ? null : learned);
    }

    @Override
    public int loaded() {
        return loaded;
    }

    @Override
    public long remembered() {
        return generator == null ? 0 : generator.remembered();
    }

    @Override
    public void unload() {
        if (model != null && generator != null && adapter != null) {
            generator.close();
            adapter.close();
            model.close();
        }
        model = null;
        generator = null;
        adapter = null;
        loaded = 0;
    }
}
