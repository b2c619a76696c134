package understudy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.tensor.EngineProbe;

/// `understudy doctor`: what this machine offers, and what to do about what is missing.
@CommandLine.Command(
        name = "doctor",
        description = "Check this machine; says how to fix what is missing. Uses no network.")
final class DoctorCommand extends Command {
    /// The smallest catalogue model is trained in about this much (SmolLM2-135M, rows of 1,024).
    private static final long TRAINING_MB = 3_000;

    /// That model, its dataset and a few checkpoints.
    private static final long DISK_MB = 2_000;

    /// @param fault null when all is well
    /// @param fix   what to do about the fault
    /// @param needed whether nothing works without it
    private record Check(
            String name, String found, @Nullable String fault, String fix, boolean needed) {}

    /// @param what the fault
    record Problem(String check, String what, String fix, boolean needed) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Diagnosis(
            @Nullable String device,
            @Nullable String computeType,
            @Nullable String reason,
            int threads,
            String java,
            String os,
            int cores,
            long memoryMb,
            long memoryFreeMb,
            long diskMb,
            String home,
            @Nullable String pip,
            List<Problem> problems) {}

    @Override
    int run(Workspace workspace, Console console) {
        Machine machine = Machine.look(workspace);
        List<Check> checks = checks(machine);
        EngineProbe engine = null;
        try {
            engine = EngineProbe.look();
            checks.add(engine(engine));
        } catch (UserError e) {
            checks.add(new Check("engine", "not usable", e.what(), e.fix(), true));
        }
        List<Problem> problems = new ArrayList<>();
        for (Check check : checks) {
            String mark = check.fault() == null ? "ok  " : check.needed() ? "FAIL" : "warn";
            console.say("%s  %-7s %s".formatted(mark, check.name(), check.found()));
            if (check.fault() != null) {
                console.say("      " + check.fault());
                console.say("      fix: " + check.fix());
                problems.add(new Problem(check.name(), check.fault(), check.fix(), check.needed()));
            }
        }
        console.result(
                new Diagnosis(
                        engine == null ? null : engine.device(),
                        engine == null ? null : engine.computeType(),
                        engine == null ? null : engine.reason(),
                        engine == null ? 0 : engine.threads(),
                        machine.java(),
                        machine.os(),
                        machine.cores(),
                        machine.memoryMb(),
                        machine.freeMb(),
                        machine.diskMb(),
                        machine.home(),
                        machine.pip(),
                        problems));
        return problems.stream().anyMatch(Problem::needed) ? ExitCode.CHECK_FAILED : ExitCode.OK;
    }

    private static List<Check> checks(Machine machine) {
        List<Check> checks = new ArrayList<>();
        checks.add(new Check("java", machine.java(), null, "", true));
        checks.add(new Check("system", machine.os(), null, "", true));
        checks.add(new Check("cores", Integer.toString(machine.cores()), null, "", true));
        checks.add(
                new Check(
                        "memory",
                        "%s GB, %s GB of it free"
                                .formatted(gb(machine.memoryMb()), gb(machine.freeMb())),
                        machine.freeMb() < TRAINING_MB
                                ? "less than the %s GB that the smallest model needs"
                                        .formatted(gb(TRAINING_MB))
                                : null,
                        "close other programs, or train on a machine with more memory",
                        false));
        checks.add(
                new Check(
                        "disk",
                        gb(machine.diskMb()) + " GB free",
                        machine.diskMb() < DISK_MB
                                ? "less than the %s GB for a model and its checkpoints"
                                        .formatted(gb(DISK_MB))
                                : null,
                        "free some space, or keep the home on another disk with --home DIR",
                        false));
        checks.add(home(machine));
        checks.add(
                new Check(
                        "pip",
                        machine.pip() == null ? "not found" : machine.pip(),
                        machine.pip() == null
                                ? "understudy demo fetches its model and chats with it"
                                : null,
                        "sudo apt install python3-pip   (or python3 -m ensurepip)",
                        false));
        return checks;
    }

    private static Check engine(EngineProbe engine) {
        String threads = engine.threads() == 1 ? "1 thread" : engine.threads() + " threads";
        String found = engine.device() + " with " + threads + "; " + engine.reason();
        return new Check("engine", found, null, "", true);
    }

    private static Check home(Machine machine) {
        if (machine.homeFault() != null) {
            return new Check(
                    "home",
                    machine.home(),
                    "cannot be written (" + machine.homeFault() + ")",
                    "choose another place with --home DIR, or make this one writable",
                    true);
        }
        return new Check(
                "home",
                machine.home(),
                machine.homeOpen() ? "other users of this machine can look into it" : null,
                "chmod 700 " + machine.home(),
                false);
    }

    private static String gb(long mib) {
        return String.format(Locale.ROOT, "%.1f", mib / 1024.0);
    }
}
