package io.regmixd.export;

import io.regmixd.planning.Evidence;
import io.regmixd.planning.Problem;
import io.regmixd.planning.Proposal;
import io.regmixd.store.WholeFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The command `./plan`: from a table of runs that were trained elsewhere to a schedule that another trainer
/// starts. docs/runs.md describes what it reads and says.
///
/// It ends with code 0 with a plan, 2 where an option or a table is wrong, and 3 where the runs do not tell
/// mixtures apart: then there is no plan.
public final class PlanCommand {

    private static final int DONE = 0;
    private static final int WRONG = 2;
    private static final int DECLINED = 3;

    private PlanCommand() {}

    /// @param args pairs of `--OPTION VALUE`, as `./plan --help` lists them
    public static void main(String[] args) {
        try {
            System.exit(run(Options.of(args), System.out));
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(WRONG);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return the exit code
    static int run(Options options, PrintStream out) throws IOException, InterruptedException {
        if (options.given("check").isPresent()) {
            PlanCheck.of(Path.of(options.required("check")), Path.of(options.required("observed")))
                    .lines()
                    .forEach(out::println);
            return DONE;
        }
        List<ScheduleFormat> formats = formats(options);
        Optional<Path> folder = options.given("out").map(Path::of);
        if (folder.isEmpty() && !formats.isEmpty()) {
            throw new IllegalArgumentException("--format writes files: name their folder with --out");
        }
        PlanRequest request = PlanRequest.of(options);
        request.notes().forEach(out::println);
        Planned planned = byStage(request) ? Planned.byStage(request) : Planned.once(request, metrics(request));
        Evidence evidence = planned.evidence();
        if (!evidence.tellsApart()) {
            out.println();
            out.println(evidence.inWords(request.unit()));
            out.println(evidence.noPlan());
            return DECLINED;
        }
        Proposal proposal = planned.proposal();
        PlanReport report = new PlanReport(request, proposal, evidence);
        out.println();
        report.lines().forEach(out::println);
        if (folder.isPresent()) {
            List<Path> written = new ArrayList<>();
            written.add(PlanFile.write(folder.get(), options, report));
            ScheduleExport export = export(options, report);
            List<ScheduleFormat> all = new ArrayList<>(List.of(ScheduleFormat.JSON));
            formats.stream().filter(format -> format != ScheduleFormat.JSON).forEach(all::add);
            for (ScheduleFormat format : all) {
                written.addAll(export.write(format, folder.get()));
            }
            Path picture = folder.get().resolve("schedule.svg");
            byte[] svg = ScheduleSvg.of(report.name(), report.schedule()).getBytes(StandardCharsets.UTF_8);
            WholeFile.write(picture, file -> file.write(svg));
            written.add(picture);
            out.println();
            out.printf(
                    Locale.ROOT,
                    "For a training of %,d steps of %,d sequences of %,d tokens (--steps, --batch, --context), in %s:%n",
                    export.steps(),
                    export.batch(),
                    export.context(),
                    folder.get());
            written.forEach(file -> out.println("  " + file.getFileName()));
        }
        return DONE;
    }

    private static List<ScheduleFormat> formats(Options options) {
        return options.all("format").stream().map(ScheduleFormat::of).toList();
    }

    private static ScheduleExport export(Options options, PlanReport report) {
        PlanRequest.Training training = report.request().training();
        ScheduleExport export = ScheduleExport.of(
                        report.name(), report.schedule(), training.steps(), training.batch(), training.context())
                .available(report.request().available());
        if (options.given("sources").isPresent()) {
            export = export.sources(options.required("sources"));
        }
        return options.given("held-out").isPresent() ? export.heldOut(options.required("held-out")) : export;
    }

    private static boolean byStage(PlanRequest request) {
        return request.method().isPresent() && request.method().get() != Proposal.Method.REGMIX;
    }

    private static List<String> metrics(PlanRequest request) {
        Problem problem = request.problem();
        List<String> metrics = new ArrayList<>();
        for (int d = 0; d < problem.domains().size(); d++) {
            if (problem.objective().get(d) > 0) {
                metrics.add(problem.domains().get(d));
            }
        }
        return metrics;
    }
}
