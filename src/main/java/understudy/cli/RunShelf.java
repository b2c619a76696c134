package understudy.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.DatasetConfig;
import understudy.generate.Decoder;
import understudy.generate.Generator;
import understudy.model.Adapter;
import understudy.model.ModelConfig;
import understudy.model.PeftFolder;
import understudy.reply.Completer;
import understudy.reply.Refusal;
import understudy.reply.Shelf;
import understudy.reply.Speaker;
import understudy.run.RunFolder;
import understudy.run.RunState;
import understudy.tensor.Quantization;
import understudy.text.TemplateEncoder;

/// The finished runs of a home and their base models. Runs that share a base share its weights, so
/// that changing between them costs nothing.
final class RunShelf implements Shelf {
    /// Base models in memory at once, where nobody uses more.
    private static final int MOST_BASES = 2;

    private final Workspace workspace;
    private final List<String> names;
    private final String device;
    private final @Nullable Quantization form;
    private final int conversations;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();

    // the engine thread's
    private final Map<String, Loaded> bases = new LinkedHashMap<>(); // longest unused first
    private volatile int loaded;

    /// What is known of a run before its weights are read.
    private record Known(RunFolder run, RunSetup setup, BaseModel base, Speaker speaker) {}

    /// A model in memory with the adapters of its runs.
    private record Loaded(LoadedModel engine, Generator generator, Map<String, Adapter> adapters) {
        void close() {
            generator.close();
            adapters.values().forEach(Adapter::close);
            engine.close();
        }
    }

    /// @param names         of the runs that may be asked for, the default first; empty for every
    ///     finished one
    /// @param form          how bases are held; null for as each run learned
    /// @param conversations prompts to remember
    RunShelf(
            Workspace workspace,
            List<String> names,
            String device,
            @Nullable Quantization form,
            int conversations) {
        this.workspace = workspace;
        this.names = List.copyOf(names);
        this.device = device;
        this.form = form;
        this.conversations = conversations;
    }

    @Override
    public List<Completer.ModelInfo> models() {
        Map<String, Completer.ModelInfo> all = new LinkedHashMap<>();
        List<Known> runs = new ArrayList<>();
        for (RunFolder run : runs()) {
            try {
                runs.add(known(run));
            } catch (UserError e) {
                // its base is gone, or its files are: it cannot be asked for, others can
            }
        }
        runs.forEach(run -> all.put(run.speaker.info().id(), run.speaker.info()));
        for (Known run : runs) {
            Completer.ModelInfo base = base(run).info();
            all.putIfAbsent(base.id(), base);
        }
        return List.copyOf(all.values());
    }

    /// The runs that may be asked for, the default first.
    private List<RunFolder> runs() {
        try {
            if (!names.isEmpty()) {
                List<RunFolder> named = new ArrayList<>();
                for (String name : names) {
                    named.add(RunFolder.open(workspace, name));
                }
                return named;
            }
            List<RunFolder> finished = new ArrayList<>();
            for (RunFolder run : RunFolder.all(workspace).reversed()) {
                if (isFinished(run)) {
                    finished.add(run);
                }
            }
            if (finished.isEmpty()) {
                RunFolder.open(workspace, RunFolder.LATEST); // says what to do
            }
            return finished;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A run that is finished stays so; its log, which may be long, is read once.
    private boolean isFinished(RunFolder run) throws IOException {
        if (ended.contains(run.id())) {
            return true;
        }
        boolean finished = run.state() == RunState.FINISHED;
        if (finished) {
            ended.add(run.id());
        }
        return finished;
    }

    private Known known(RunFolder run) {
        return known.computeIfAbsent(
                run.id(),
                id -> {
                    RunSetup setup = RunSetup.of(run);
                    BaseModel base = BaseModel.find(workspace, setup.base());
                    DatasetConfig data = DatasetConfig.from(setup.data());
                    boolean seed = data.template() == DatasetConfig.Template.SEED;
                    Completer.ModelInfo info =
                            new Completer.ModelInfo(
                                    id,
                                    Completer.Kind.RUN,
                                    run.created().getEpochSecond(),
                                    ModelConfig.read(base.path()).maxPositions());
                    TemplateEncoder encoder = TemplateEncoder.load(base.path(), seed);
                    return new Known(run, setup, base, new Speaker(info, encoder, setup.voice()));
                });
    }

    /// The base model of `run` alone, in the template of that run.
    private Speaker base(Known run) {
        Completer.ModelInfo info = run.speaker.info();
        return new Speaker(
                new Completer.ModelInfo(
                        run.base.shown(), Completer.Kind.BASE, info.created(), info.context()),
                run.speaker.encoder(),
                null);
    }

    /// A run and whether its base alone is meant.
    private record Choice(Known run, boolean baseOnly) {
        /// Where the weights are.
        Path model() {
            return run.setup.full() && !baseOnly ? run.run.model() : run.base.path();
        }
    }

    private Choice choose(String model) {
        List<RunFolder> runs = runs();
        if (model.isEmpty() || model.equals(RunFolder.LATEST)) {
            return new Choice(known(runs.getFirst()), false);
        }
        for (RunFolder run : runs) {
            if (run.id().equals(model)) {
                return new Choice(known(run), false);
            }
        }
        for (RunFolder folder : runs) {
            Known run = known(folder);
            if (run.base.shown().equals(model)) {
                return new Choice(run, true);
            }
        }
        throw new Refusal(
                Refusal.Reason.UNKNOWN_MODEL,
                "there is no model of that name",
                null,
                "GET /v1/models lists them; leave `model` out for the default");
    }

    @Override
    public Speaker speaker(String model) {
        Choice choice = choose(model);
        return choice.baseOnly ? base(choice.run) : choice.run.speaker;
    }

    @Override
    public Decoder load(String model, Set<String> inUse) {
        Choice choice = choose(model);
        Known run = choice.run;
        String held = held(choice);
        Loaded base = bases.remove(held);
        if (base == null) {
            makeRoom(inUse);
            base = load(choice);
        }
        bases.put(held, base);
        loaded = bases.size();
        boolean plain = choice.baseOnly || run.setup.full();
        Adapter adapter = plain ? null : adapter(base, run.run);
        return new Decoder(held, base.generator, adapter);
    }

    /// The name of a model in memory: runs whose adapters learned on one form of a base share it;
    /// one of which all weights learned is its own.
    private String held(Choice choice) {
        String learned = choice.run.setup.train().text("quantization", "none");
        return choice.model() + " " + LoadedModel.held(Quantization.of(learned), form).word();
    }

    private static Adapter adapter(Loaded base, RunFolder run) {
        Adapter known = base.adapters.get(run.id());
        if (known == null) {
            known = PeftFolder.load(base.engine.model(), run.adapter(), false);
            base.adapters.put(run.id(), known);
        }
        return known;
    }

    private Loaded load(Choice choice) {
        Known run = choice.run;
        LoadedModel engine = LoadedModel.as(run.setup.train(), choice.model(), form, device);
        Generator generator =
                new Generator(engine.model(), run.speaker.encoder().tokenizer(), conversations);
        return new Loaded(engine, generator, new HashMap<>());
    }

    private void makeRoom(Set<String> inUse) {
        List<String> unused = bases.keySet().stream().filter(b -> !inUse.contains(b)).toList();
        for (String held : unused) {
            Loaded base = bases.size() < MOST_BASES ? null : bases.remove(held);
            if (base != null) {
                base.close();
            }
        }
    }

    @Override
    public int loaded() {
        return loaded;
    }

    @Override
    public long remembered() {
        return bases.values().stream().mapToLong(b -> b.generator.remembered()).sum();
    }

    @Override
    public void unload() {
        bases.values().forEach(Loaded::close);
        bases.clear();
        loaded = 0;
    }
}
