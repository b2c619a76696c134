package understudy.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.hub.CatalogueModel;
import understudy.hub.Hub;
import understudy.hub.HubSettings;
import understudy.hub.LocalModel;

/// `model list`, `model get NAME`, `model show NAME`.
@CommandLine.Command(
        name = "model",
        description = "List, fetch and show base models.",
        footer = {
            "",
            "Examples:",
            "  understudy model list",
            "  understudy model get smollm2-135m",
            "  understudy model get gemma3-270m --accept-terms",
            "  understudy model show mistral-7b-v0.3",
            "",
            "HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE mean the same as in",
            "the Hugging Face programs, and the cache is shared with them."
        })
final class ModelCommand extends Command {
    /// What to do.
    enum Action {
        LIST,
        GET,
        SHOW
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list, get or show.")
    Action action = Action.LIST;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "A name of the list, org/name on the hub, a folder or a .gguf file.")
    @Nullable String model;

    @Option(
            names = "--accept-terms",
            description =
                    "With get: you have read the terms of use that come with the model, and accept"
                            + " them. Asked for once.")
    boolean acceptTerms;

    /// Where models come from; tests put a hub of their own here.
    Function<Workspace, Hub> hubs = workspace -> new Hub(workspace, HubSettings.standard());

    @Override
    int run(Workspace workspace, Console console) {
        Hub hub = hubs.apply(workspace);
        switch (action) {
            case LIST -> list(hub, console);
            case GET -> get(hub, console);
            case SHOW -> show(hub, console);
        }
        return ExitCode.OK;
    }

    private void list(Hub hub, Console console) {
        List<Map<String, Object>> models = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("name", "parameters", "licence", "languages", "context", "here"));
        for (CatalogueModel each : hub.catalogue().models()) {
            Optional<LocalModel> local = hub.find(each.name());
            models.add(describe(each, local.orElse(null)));
            rows.add(
                    List.of(
                            each.name(),
                            size(each.parameters()),
                            each.license() + (each.gated() ? " *" : ""),
                            String.join(" ", each.languages()),
                            Integer.toString(each.context()),
                            local.isPresent() ? "yes" : "no"));
        }
        Table.print(rows, console);
        console.say("");
        console.say("* its terms must be accepted on the hub first, and HF_TOKEN be set");
        console.result(Map.of("models", models));
    }

    private void get(Hub hub, Console console) {
        String name = named();
        hub.catalogue().find(name).ifPresent(known -> sayLicence(known, console));
        hub.openTerms(name).ifPresent(terms -> agree(hub, name, terms, console));
        LocalModel local = hub.fetch(name, new DownloadProgress(console));
        console.say(local.id() + " is at " + local.path());
        console.result(describe(local));
    }

    /// Shows terms of use and notes the person's yes; without one there is no way on.
    private void agree(Hub hub, String name, CatalogueModel.Terms terms, Console console) {
        console.say(terms.name() + ": " + terms.url());
        terms.notice().lines().forEach(line -> console.say("  " + line));
        if (!acceptTerms && console.interactive()) {
            String answer =
                    console.ask("Have you read these terms, and do you accept them? [y/N] ");
            acceptTerms = answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
        }
        if (!acceptTerms) {
            throw new UserError(
                    "nothing was fetched: the " + terms.name() + " were not accepted",
                    terms.url(),
                    "read them, then: understudy model get "
                            + name
                            + " --accept-terms; or use"
                            + " another model (understudy model list)");
        }
        hub.accept(terms);
    }

    private void show(Hub hub, Console console) {
        String name = named();
        Optional<LocalModel> local = hub.find(name);
        Optional<CatalogueModel> known = hub.catalogue().find(name);
        known.ifPresent(each -> {
            console.say(each.title() + " (" + each.name() + ")");
            sayLicence(each, console);
            console.say("family      " + each.family());
            console.say("parameters  %,d".formatted(each.parameters()));
            console.say("languages   " + String.join(" ", each.languages()));
            console.say("context     %,d tokens".formatted(each.context()));
            if (each.terms() != null) {
                console.say("terms       " + each.terms().name() + ", " + each.terms().url());
            }
            for (CatalogueModel.Source source : each.sources()) {
                console.say("source      " + source.label());
            }
        });
        console.say("here        " + local.map(l -> l.path().toString()).orElse("no"));
        local.map(LocalModel::revision).ifPresent(r -> console.say("revision    " + r));
        local.map(LocalModel::sha256).ifPresent(s -> console.say("sha256      " + s));
        if (local.isEmpty()) {
            console.say("fetch it with: understudy model get " + name);
        }
        console.result(
                known.isPresent()
                        ? describe(known.get(), local.orElse(null))
                        : local.map(ModelCommand::describe).orElse(Map.of("name", name)));
    }

    private String named() {
        if (model == null) {
            throw new UserError(
                    "which model?",
                    "model " + action.name().toLowerCase(Locale.ROOT),
                    "give a name; understudy model list shows them");
        }
        return model;
    }

    private static void sayLicence(CatalogueModel model, Console console) {
        console.say(
                "licence     "
                        + model.license()
                        + (model.gated() ? " (to be accepted on the hub first)" : ""));
    }

    private static Map<String, Object> describe(CatalogueModel model, @Nullable LocalModel local) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", model.name());
        all.put("title", model.title());
        all.put("family", model.family());
        all.put("parameters", model.parameters());
        all.put("license", model.license());
        all.put("gated", model.gated());
        if (model.terms() != null) {
            all.put("terms", model.terms().url());
        }
        all.put("languages", model.languages());
        all.put("context", model.context());
        all.put("shape", model.shape());
        all.put("sources", model.sources().stream().map(CatalogueModel.Source::label).toList());
        all.put("here", local != null);
        if (local != null) {
            all.putAll(describe(local));
        }
        return all;
    }

    private static Map<String, Object> describe(LocalModel local) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", local.id());
        all.put("path", local.path().toString());
        if (local.revision() != null) {
            all.put("revision", local.revision());
        }
        if (local.sha256() != null) {
            all.put("sha256", local.sha256());
        }
        return all;
    }

    /// `135M`, `1.7B`.
    private static String size(long parameters) {
        return parameters < 1_000_000_000
                ? Math.round(parameters / 1e6) + "M"
                : String.format(Locale.ROOT, "%.1fB", parameters / 1e9);
    }
}
