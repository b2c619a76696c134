package understudy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Who may import whom. `docs/architecture.md` shows the same table with the reasons.
@AnalyzeClasses(packages = "understudy", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
    /// Every package but `cli`, which may import all.
    static final Map<String, List<String>> MAY_IMPORT =
            Map.ofEntries(
                    Map.entry("base", List.of()),
                    Map.entry("chat", List.of("base")),
                    Map.entry("importer", List.of("base", "chat")),
                    Map.entry("store", List.of("base", "chat")),
                    Map.entry("privacy", List.of("base", "chat")),
                    Map.entry("weights", List.of("base")),
                    Map.entry("text", List.of("base", "chat", "weights")),
                    Map.entry("dataset", List.of("base", "chat", "store", "privacy", "text")),
                    Map.entry("hub", List.of("base", "weights")),
                    Map.entry("run", List.of("base")),
                    Map.entry("tensor", List.of("base", "weights")),
                    Map.entry("model", List.of("base", "weights", "tensor")),
                    Map.entry("train", List.of("base", "text", "run", "tensor", "model")),
                    Map.entry("generate", List.of("base", "text", "weights", "tensor", "model")),
                    Map.entry(
                            "reply",
                            List.of("base", "chat", "store", "privacy", "text", "run", "generate")),
                    Map.entry(
                            "evaluate",
                            List.of(
                                    "base",
                                    "chat",
                                    "store",
                                    "privacy",
                                    "dataset",
                                    "text",
                                    "run",
                                    "model",
                                    "generate",
                                    "reply")),
                    Map.entry(
                            "export", List.of("base", "weights", "text", "run", "tensor", "model")),
                    Map.entry(
                            "serve",
                            List.of(
                                    "base",
                                    "chat",
                                    "store",
                                    "text",
                                    "dataset",
                                    "run",
                                    "evaluate",
                                    "reply",
                                    "generate")),
                    Map.entry(
                            "bot",
                            List.of(
                                    "base",
                                    "chat",
                                    "store",
                                    "privacy",
                                    "text",
                                    "run",
                                    "reply",
                                    "generate")));

    @ArchTest
    static void importsFollowTheTable(JavaClasses all) {
        MAY_IMPORT.forEach((name, allowed) -> {
            String[] open =
                    Stream.concat(Stream.of(name), allowed.stream())
                            .map(p -> "understudy." + p + "..")
                            .toArray(String[]::new);
            classes()
                    .that(resideInAPackage("understudy." + name + ".."))
                    .should()
                    .onlyDependOnClassesThat(
                            resideOutsideOfPackage("understudy..").or(resideInAnyPackage(open)))
                    .allowEmptyShould(true)
                    .because("docs/architecture.md lists what " + name + " may import")
                    .check(all);
        });
    }

    @ArchTest
    static void everyPackageIsInTheTable(JavaClasses all) {
        Set<String> found = new TreeSet<>();
        all.forEach(c -> found.add(c.getPackageName().split("\\.")[1]));
        found.remove("cli");
        assertThat(MAY_IMPORT.keySet()).containsAll(found);
    }

    @ArchTest
    static void nativeLibrariesStayInTheEngine(JavaClasses all) {
        only(all, "org.bytedeco..", "tensor", "model", "train", "generate", "export");
    }

    @ArchTest
    static void picocliStaysInTheCommandLine(JavaClasses all) {
        only(all, "picocli..", "cli");
        only(all, "org.jline..", "cli");
        only(all, "io.javalin..", "serve");
        only(all, "com.pengrad..", "bot");
    }

    @ArchTest
    static void onlyTheCommandLinePrints(JavaClasses all) {
        noClasses()
                .that(not(resideInAPackage("understudy.cli..")))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(all);
    }

    private static void only(JavaClasses all, String library, String... packages) {
        String[] open =
                Stream.of(packages).map(p -> "understudy." + p + "..").toArray(String[]::new);
        noClasses()
                .that(not(resideInAnyPackage(open)))
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .allowEmptyShould(true)
                .check(all);
    }
}
