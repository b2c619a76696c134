package understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The house rules that a reader would otherwise have to watch: sizes, comments, names.
class SourceRulesTest {
    private static final int FILE_LINES = 600;
    private static final int METHOD_LINES = 60;
    private static final int COLUMNS = 100;

    /// Methods that may be longer, `Class#method`, each with its reason.
    private static final Map<String, String> LONG_METHODS =
            Map.of("SafetensorsTest#rejects", "a table, one case after the other");

    private static final Set<String> BANNED_PACKAGES =
            Set.of("util", "utils", "helper", "helpers", "common", "misc");

    private static final Pattern OPEN_TASK = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b");

    private static List<Path> files;

    @BeforeAll
    static void findFiles() throws IOException {
        files = new ArrayList<>();
        for (String root : List.of("src/main/java", "src/test/java", "src/it/java")) {
            if (Files.isDirectory(Path.of(root))) {
                try (Stream<Path> all = Files.walk(Path.of(root))) {
                    all.filter(f -> f.toString().endsWith(".java")).sorted().forEach(files::add);
                }
            }
        }
        assertThat(files).hasSizeGreaterThan(20);
    }

    /// A rule over the lines of a file: adds what it finds to `faults`.
    private interface LineRule {
        void check(Path file, List<String> lines, List<String> faults);
    }

    private static List<String> faults(LineRule rule) throws IOException {
        List<String> faults = new ArrayList<>();
        for (Path file : files) {
            rule.check(file, Files.readAllLines(file), faults);
        }
        return faults;
    }

    private static void eachLine(LineRule rule) throws IOException {
        assertThat(faults(rule)).isEmpty();
    }

    private static String at(Path file, int index) {
        return file + ":" + (index + 1);
    }

    @Test
    void filesAreShort() throws IOException {
        eachLine((file, lines, faults) -> {
            if (lines.size() > FILE_LINES) {
                faults.add(file + " has " + lines.size() + " lines");
            }
        });
    }

    @Test
    void linesAreShort() throws IOException {
        eachLine((file, lines, faults) -> {
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.codePointCount(0, line.length()) > COLUMNS) {
                    faults.add(at(file, i));
                }
            }
        });
    }

    /// `/** */` renders differently, and a formatter that wraps a long `///` line continues it
    /// with `//`, which drops the rest of the sentence from the documentation.
    @Test
    void documentationIsMarkdownAndWhole() throws IOException {
        String old = "/*" + "*";
        eachLine((file, lines, faults) -> {
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (line.startsWith(old)) {
                    faults.add(at(file, i) + " " + old);
                }
                boolean after = i > 0 && lines.get(i - 1).strip().startsWith("///");
                if (after && line.startsWith("//") && !line.startsWith("///")) {
                    faults.add(at(file, i) + " // follows ///");
                }
            }
        });
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        eachLine((file, lines, faults) -> {
            for (int i = 0; i < lines.size(); i++) {
                boolean here = file.endsWith("SourceRulesTest.java");
                if (!here && OPEN_TASK.matcher(lines.get(i)).find()) {
                    faults.add(at(file, i));
                }
            }
        });
    }

    @Test
    void everyPackageExplainsItselfAndHasAName() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Path file : files) {
            Path folder = file.getParent();
            if (BANNED_PACKAGES.contains(folder.getFileName().toString())) {
                faults.add(folder + " says nothing about what is in it");
            }
            if (file.startsWith("src/main/java")) {
                Path info = folder.resolve("package-info.java");
                String text = Files.exists(info) ? Files.readString(info) : "";
                if (!text.contains("@NullMarked") || !text.startsWith("///")) {
                    faults.add(info + " is missing, undocumented or not @NullMarked");
                }
            }
        }
        assertThat(faults.stream().distinct()).isEmpty();
    }

    @Test
    void methodsAreShortAndTypesAreWritten() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> tooLong = new ArrayList<>();
        List<String> untyped = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new MethodRules(unit, positions, tooLong, untyped).scan(unit, null);
            }
        }
        assertAll(
                () -> assertThat(tooLong).as("methods over %d lines", METHOD_LINES).isEmpty(),
                () -> assertThat(untyped).as("declared with var").isEmpty());
    }

    /// Walks one file; parsing is enough, no types are resolved.
    private static final class MethodRules extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> tooLong;
        private final List<String> untyped;

        private MethodRules(
                CompilationUnitTree unit,
                SourcePositions positions,
                List<String> tooLong,
                List<String> untyped) {
            this.unit = unit;
            this.positions = positions;
            this.tooLong = tooLong;
            this.untyped = untyped;
        }

        private long line(long position) {
            LineMap map = unit.getLineMap();
            return map.getLineNumber(position);
        }

        private String place(Tree tree) {
            String file = unit.getSourceFile().getName();
            return file + ":" + line(positions.getStartPosition(unit, tree));
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            long start = positions.getStartPosition(unit, method);
            long lines = line(positions.getEndPosition(unit, method)) - line(start) + 1;
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            String owner = parent instanceof ClassTree c ? c.getSimpleName().toString() : "";
            String name = owner + "#" + method.getName();
            boolean excused = LONG_METHODS.containsKey(name);
            if (lines > METHOD_LINES != excused) {
                String fault = excused ? " needs no exception any more" : ": " + lines;
                tooLong.add(place(method) + " " + name + fault);
            }
            return super.visitMethod(method, nothing);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void nothing) {
            // javac keeps no type for var; a lambda's parameter without a type looks the same
            boolean lambda =
                    getCurrentPath().getParentPath().getLeaf().getKind()
                            == Tree.Kind.LAMBDA_EXPRESSION;
            if (!lambda && variable.getType() == null) {
                untyped.add(place(variable) + " " + variable.getName());
            }
            return super.visitVariable(variable, nothing);
        }
    }

    /// Not a rule: the share is printed, so that a review can see where it goes.
    @Test
    void commentShareIsReported() throws IOException {
        long comments = 0;
        long code = 0;
        for (Path file : files) {
            if (file.startsWith("src/main/java")) {
                for (String line : Files.readAllLines(file)) {
                    String text = line.strip();
                    comments += text.startsWith("//") ? 1 : 0;
                    code += text.isEmpty() || text.startsWith("//") ? 0 : 1;
                }
            }
        }
        System.out.printf(
                "main: %,d lines of code, %d%% of the lines are comments%n",
                code, 100 * comments / Math.max(1, comments + code));
        assertThat(code).isPositive();
    }
}
