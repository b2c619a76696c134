package understudy.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.model.ModelConfig;
import understudy.text.OllamaTemplate;
import understudy.text.PortableTemplate;
import understudy.text.SystemLine;
import understudy.text.TemplateEncoder;
import understudy.text.TokenizerExport;
import understudy.weights.WeightType;

/// Writes a run in the format of another program.
public final class Exporter {
    /// The weights of the whole model, in [Form#GGUF] and [Form#OLLAMA].
    private static final String GGUF = "model.gguf";

    /// In [Form#GGUF_LORA].
    private static final String LORA = "adapter.gguf";

    /// More than most conversations, and little memory.
    private static final int OLLAMA_CONTEXT = 4096;

    private final Source source;
    private final Options options;

    /// What a run is made of.
    ///
    /// @param run      its id
    /// @param weights  a Hugging Face folder or a .gguf file: the base, or all weights of a run
    ///                 that changed them all
    /// @param adapter  the run's PEFT folder; null where it has none
    /// @param seed     whether it learned in the template of the recipe `seed`
    /// @param base     the base's name for others; never a path
    /// @param revision of the base's hub repository; null where there is none
    public record Source(
            String run,
            Path weights,
            @Nullable Path adapter,
            boolean seed,
            String base,
            @Nullable String revision) {}

    /// How it is to be written.
    ///
    /// @param type       of matrices in a GGUF file: F16, Q8_0 or Q4_0
    /// @param systemLine pattern of the first line between two people, empty for none
    /// @param groupLine  the same in a group
    /// @param sampling   how to write by default, by the names of `generation_config.json`
    public record Options(
            Form form,
            WeightType type,
            String systemLine,
            String groupLine,
            Map<String, Number> sampling) {
        public Options {
            sampling = Collections.unmodifiableMap(new LinkedHashMap<>(sampling));
        }
    }

    /// Hears how far the work is.
    public interface Progress {
        /// @param done  weights written
        /// @param total weights to write
        void weights(long done, long total);
    }

    /// @throws UserError where the run has no adapter and the form is of one
    public Exporter(Source source, Options options) {
        this.source = source;
        this.options = options;
        if (options.form.adapterOnly() && source.adapter == null) {
            throw new UserError(
                    "this run changed the whole model and has no adapter",
                    "--as " + options.form.word(),
                    "use --as merged, gguf or ollama");
        }
    }

    /// Bytes that will be written, about.
    public long expectedBytes() throws IOException {
        Path adapter = source.adapter;
        if (options.form.adapterOnly() && adapter != null) {
            // the way back from a GGUF file, for the score, takes as much again
            return 2 * Files.size(adapter.resolve("adapter_model.safetensors"));
        }
        try (MergedWeights weights = new MergedWeights(source.weights, adapter, n -> {})) {
            long elements = weights.elements();
            boolean hub = options.form == Form.MERGED;
            long plain = hub ? HubFolder.bytes(weights) : options.type.bytesOf(rounded(elements));
            return plain + plain / 16 + (64L << 20); // tokenizers, and what stays in wider types
        }
    }

    private static long rounded(long elements) {
        return (elements + 31) / 32 * 32;
    }

    /// Writes all files.
    ///
    /// @param folder empty
    public void write(Path folder, Progress progress) throws IOException {
        TemplateEncoder encoder = TemplateEncoder.load(source.weights, source.seed);
        Set<Integer> ends = new TreeSet<>(encoder.stopIds());
        switch (options.form) {
            case PEFT -> PeftCopy.write(adapter(), folder, source.base, source.revision);
            case GGUF_LORA ->
                    LoraGguf.write(source.weights, adapter(), name(), folder.resolve(LORA));
            case MERGED, GGUF, OLLAMA -> writeModel(folder, ends, progress);
        }
        if (options.form.adapterOnly()) {
            writeTemplate(folder);
        }
        if (options.form == Form.OLLAMA) {
            writeModelfile(folder, encoder);
        }
        ExportReadme readme = new ExportReadme(source, options, encoder.stopStrings());
        PrivateFiles.writeString(folder.resolve("README.md"), readme.text());
        Map<String, Object> mark = new LinkedHashMap<>();
        mark.put("run", source.run);
        mark.put("as", options.form.word());
        mark.put("base", source.base);
        PrivateFiles.write(
                folder.resolve(ExportFolder.MARK),
                out -> out.write(Json.json().writeValueAsBytes(mark)));
    }

    private Path adapter() {
        if (source.adapter == null) {
            throw new IllegalStateException("checked before");
        }
        return source.adapter;
    }

    private void writeModel(Path folder, Set<Integer> ends, Progress progress) throws IOException {
        PortableTemplate template = PortableTemplate.of(source.weights, source.seed);
        TokenizerExport tokenizer = new TokenizerExport(source.weights, template);
        Counter counter = new Counter(progress);
        try (MergedWeights weights = new MergedWeights(source.weights, source.adapter, counter)) {
            counter.total = weights.elements();
            if (options.form == Form.MERGED) {
                new HubFolder(weights, source.weights, HubFolder.SHARD_BYTES)
                        .write(folder, tokenizer, ends, options.sampling);
            } else {
                new GgufFile(weights, source.weights, options.type)
                        .write(folder.resolve(GGUF), tokenizer, name(), ends);
            }
        }
    }

    private static final class Counter implements MergedWeights.Written {
        private final Progress progress;
        private long done;
        private long total;

        Counter(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void elements(long count) {
            done += count;
            progress.weights(done, total);
        }
    }

    private String name() {
        return source.base + " as run " + source.run;
    }

    /// The base brings its own template, which may not be the one that training wrote with.
    private void writeTemplate(Path folder) throws IOException {
        try {
            PortableTemplate template = PortableTemplate.of(source.weights, source.seed);
            PrivateFiles.writeString(folder.resolve("chat_template.jinja"), template.jinja());
        } catch (UserError e) {
            // an adapter without it is still good
        }
    }

    private void writeModelfile(Path folder, TemplateEncoder encoder) throws IOException {
        PortableTemplate portable = PortableTemplate.of(source.weights, source.seed);
        TokenizerExport tokenizer = new TokenizerExport(source.weights, portable);
        List<String> stops = new ArrayList<>(encoder.stopStrings());
        tokenizer.literals(encoder.stopIds()).stream()
                .filter(literal -> !stops.contains(literal))
                .forEach(stops::add);
        String system =
                SystemLine.render(
                        options.systemLine, "YOUR NAME", "THEIR NAME", null, LocalDate.now());
        int context = ModelConfig.read(source.weights).maxPositions();
        PrivateFiles.writeString(
                folder.resolve("Modelfile"),
                OllamaFolder.modelfile(
                        GGUF,
                        OllamaTemplate.of(source.weights, source.seed, tokenizer.addsBos()),
                        system,
                        options.sampling,
                        stops,
                        Math.min(context, OLLAMA_CONTEXT)));
    }

    /// What to load to judge what was written as it is: a model's folder or file, or a PEFT folder
    /// where the form is of the adapter alone.
    ///
    /// @param folder of [#write]
    /// @param spare  a folder that may be made and written into
    public Path scored(Path folder, Path spare) throws IOException {
        return switch (options.form) {
            case PEFT, MERGED -> folder;
            case GGUF, OLLAMA -> folder.resolve(GGUF);
            case GGUF_LORA -> {
                LoraGguf.readBack(folder.resolve(LORA), source.weights, adapter(), spare);
                yield spare;
            }
        };
    }

    static UserError refused(Path folder, IOException e) {
        return ExportFolder.refused(folder, e);
    }
}
