package io.regmixd.trajectory;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Runs that were trained elsewhere, as their tables tell them: what each was trained on, what was measured at
/// its end, and, where the table has it, at the end of each stage.
///
/// What was measured is a domain's loss or another metric: bits per byte, a task's score. A metric that is no
/// domain counts as a domain that no run was trained on, so that it can be an objective like any other.
///
/// Immutable.
public final class Runs {

    private static final double PERCENT = 100;

    private final List<String> domains; // and metrics that are none
    private final List<String> measured;
    private final List<String> names;
    private final List<MixtureSchedule> schedules;
    private final double[][] ends; // [runs][measured], NaN where missing
    private final Optional<Trajectories> trajectories;
    private final Set<String> inBits; // of the measured ones
    private final List<String> said;

    private Runs(
            List<String> domains,
            List<String> measured,
            List<String> names,
            List<MixtureSchedule> schedules,
            double[][] ends,
            Optional<Trajectories> trajectories,
            Set<String> inBits,
            List<String> said) {
        this.domains = List.copyOf(domains);
        this.measured = List.copyOf(measured);
        this.names = List.copyOf(names);
        this.schedules = List.copyOf(schedules);
        this.ends = ends;
        this.trajectories = trajectories;
        this.inBits = Set.copyOf(inBits);
        this.said = List.copyOf(said);
    }

    /// Reads the runs of one or two files, or of a folder.
    ///
    /// - *Long*, a row per run, stage and domain: `run, stage, domain, weight, loss_nats`, see [TrajectoriesCsv].
    ///   Rows of stage 0, and losses of domains that were never measured, may be missing.
    /// - *Wide*, a row per run: `weight_DOMAIN`, `loss_DOMAIN`. So are the names of RegMix
    ///   (`train_the_pile_DOMAIN`, `metric/the_pile_DOMAIN_val_loss`), and `DOMAIN_val_loss`, `DOMAIN_bpb`,
    ///   `eval/DOMAIN/loss` and their like.
    /// - *Phases*, the same with `phase_N_DOMAIN`: the weights of each phase. Phases count as equally long.
    /// - *Two files*, one of weights and one of losses, paired by `run`, `index` or `name`; the columns' names
    /// may
    ///   be bare.
    ///
    /// Other columns of numbers are metrics under their own names. A file may be a ledger of a sweep (`.arrow`).
    /// A folder holds one of these, or a pair.
    ///
    /// @throws IOException if a file cannot be read or is not as described; names the file, the row, the column
    ///     and the remedy
    public static Runs read(List<Path> files) throws IOException {
        return RunsFiles.read(files, OptionalInt.empty());
    }

    /// The same, with stages made of losses that were logged at many steps: a long table has `step` beside `stage`
    /// or instead of it, the optimizer step or any count that grows evenly, and 0 for the untrained model. A stage
    /// ends at the logged step that lies nearest to its end; its weights are the mean of those in its rows, each
    /// for the span since the row before. What was picked is [#said()].
    ///
    /// @param stages how many, at least 1; other tables have the stages that they have
    /// @throws IOException as above, or if the losses were logged too seldom
    public static Runs read(List<Path> files, int stages) throws IOException {
        return RunsFiles.read(files, OptionalInt.of(stages));
    }

    static Runs of(Trajectories trajectories, List<String> measured, List<String> said) {
        List<Trajectory> runs = trajectories.completed();
        List<String> all = trajectories.domains();
        List<String> more = new ArrayList<>(said);
        if (runs.size() < trajectories.runs().size()) {
            more.add((trajectories.runs().size() - runs.size()) + " of "
                    + trajectories.runs().size() + " runs diverged or ended early, and are left out");
        }
        double[][] ends = runs.stream()
                .map(run -> measured.stream()
                        .mapToDouble(name -> run.loss(trajectories.stages(), all.indexOf(name)))
                        .toArray())
                .toArray(double[][]::new);
        return new Runs(
                all,
                measured,
                runs.stream().map(Trajectory::run).toList(),
                runs.stream().map(Trajectory::schedule).toList(),
                ends,
                Optional.of(trajectories),
                Set.of(),
                more);
    }

    static Runs of(
            List<String> domains,
            List<String> measured,
            List<String> names,
            List<MixtureSchedule> schedules,
            double[][] ends,
            Set<String> inBits,
            List<String> said) {
        return new Runs(domains, measured, names, schedules, ends, Optional.empty(), inBits, said);
    }

    /// What the mixtures are over: the domains, then metrics that are none, which always have weight 0.
    public List<String> domains() {
        return domains;
    }

    /// The domains that some run was trained on.
    public List<String> trained() {
        return IntStream.range(0, domains.size())
                .filter(d -> schedules.stream()
                        .anyMatch(schedule -> schedule.stages().stream().anyMatch(mixture -> mixture.weight(d) > 0)))
                .mapToObj(domains::get)
                .toList();
    }

    /// A schedule without what no run was trained on: as a trainer wants it.
    ///
    /// @param schedule over [#domains()]
    public MixtureSchedule trained(MixtureSchedule schedule) {
        List<String> names = trained();
        return new MixtureSchedule(schedule.stages().stream()
                .map(mixture -> Mixture.of(
                        names, names.stream().mapToDouble(mixture::weight).toArray()))
                .toList());
    }

    /// What can be an objective.
    public List<String> measured() {
        return measured;
    }

    /// What a metric is in, by the name of its column: `bits per byte` or `nats per token`.
    public String unit(String metric) {
        return inBits.contains(metric) ? "bits per byte" : "nats per token";
    }

    /// How many runs there are, diverged ones left out.
    public int size() {
        return names.size();
    }

    /// What each run was trained on.
    public List<MixtureSchedule> schedules() {
        return schedules;
    }

    /// The mean of what the runs were trained on.
    public Mixture mean() {
        return Mixture.mean(schedules.stream().map(MixtureSchedule::mean).toList());
    }

    /// How far the runs reach, in two sentences: the domains whose mean weight varies most and least from run to
    /// run, and those whose natural share is less or more than in any run.
    ///
    /// @param natural over [#domains()]
    public String rangesInWords(Mixture natural) {
        natural.requireDomains(domains);
        Map<String, DoubleSummaryStatistics> ranges = new LinkedHashMap<>();
        for (String name : trained()) {
            ranges.put(
                    name,
                    schedules.stream()
                            .mapToDouble(schedule -> schedule.mean().weight(name))
                            .summaryStatistics());
        }
        List<String> byWidth = ranges.keySet().stream()
                .sorted(Comparator.comparingDouble(
                        name -> ranges.get(name).getMin() - ranges.get(name).getMax()))
                .toList();
        String outside = ranges.keySet().stream()
                .filter(name -> natural.weight(name) < ranges.get(name).getMin()
                        || natural.weight(name) > ranges.get(name).getMax())
                .collect(Collectors.joining(", "));
        return "Of single domains, " + range(byWidth.getFirst(), ranges) + " varies most in these runs, "
                + range(byWidth.getLast(), ranges) + " least. "
                + (outside.isEmpty()
                        ? "The natural shares lie within what the runs had."
                        : "The natural share lies outside what the runs had for: " + outside + ".");
    }

    private static String range(String name, Map<String, DoubleSummaryStatistics> ranges) {
        return String.format(
                Locale.ROOT,
                "%s (%.1f%% to %.1f%% of the tokens)",
                name,
                100 * ranges.get(name).getMin(),
                100 * ranges.get(name).getMax());
    }

    /// How many stages or phases the runs had.
    public int stages() {
        return schedules.getFirst().size();
    }

    /// What the reader noticed, a sentence each.
    public List<String> said() {
        return said;
    }

    /// The name of what was measured.
    ///
    /// @param given the name, or the end of just one name after a `/`, `_` or `.`
    /// @throws IllegalArgumentException if nothing of this name was measured; says what was
    public String metric(String given) {
        if (measured.contains(given)) {
            return given;
        }
        List<String> alike =
                measured.stream().filter(name -> name.contains(given)).toList();
        if (alike.size() == 1) {
            return alike.getFirst();
        }
        throw new IllegalArgumentException("no loss or metric " + given + " in these runs; measured were "
                + String.join(", ", alike.isEmpty() ? measured : alike));
    }

    /// The runs' final losses of some metrics; runs that lack one are left out, runs on equal schedules count
    /// once, with their mean. A run that changed its mixture counts with its mean mixture.
    ///
    /// @throws IllegalArgumentException if a loss is not positive, or too few runs are left
    public FinalLosses finalLosses(List<String> metrics) {
        Map<Mixture, List<double[]>> byMixture = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            double[] own = values(i, metrics);
            if (Arrays.stream(own).noneMatch(Double::isNaN)) {
                byMixture
                        .computeIfAbsent(schedules.get(i).mean(), mixture -> new ArrayList<>())
                        .add(own);
            }
        }
        if (byMixture.size() < Trajectories.FEWEST_RUNS) {
            throw new IllegalArgumentException(byMixture.size() + " runs on different mixtures have "
                    + String.join(" and ", metrics) + ", too few to plan from: at least " + Trajectories.FEWEST_RUNS
                    + " are needed");
        }
        return FinalLosses.of(
                metrics,
                List.copyOf(byMixture.keySet()),
                byMixture.values().stream().map(Runs::mean).toArray(double[][]::new));
    }

    private double[] values(int run, List<String> metrics) {
        return metrics.stream()
                .mapToDouble(name -> {
                    double value = ends[run][measured.indexOf(name)];
                    if (!Double.isNaN(value) && !(value > 0 && value < Double.POSITIVE_INFINITY)) {
                        throw new IllegalArgumentException("run " + names.get(run) + " has " + name + " = " + value
                                + ", and a loss is above 0: a score where more is better needs --maximise");
                    }
                    return value;
                })
                .toArray();
    }

    private static double[] mean(List<double[]> rows) {
        double[] mean = new double[rows.getFirst().length];
        rows.forEach(row -> Arrays.setAll(mean, d -> mean[d] + row[d] / rows.size()));
        return mean;
    }

    /// The losses by stage; empty where the table has final losses alone.
    public Optional<Trajectories> trajectories() {
        return trajectories;
    }

    /// How far the same metric of runs on equal schedules scatters, its standard deviation; empty where no
    /// schedule was run twice.
    public OptionalDouble noise(String metric) {
        Map<MixtureSchedule, List<Double>> bySchedule = new LinkedHashMap<>();
        int column = measured.indexOf(metric);
        for (int i = 0; i < names.size(); i++) {
            if (!Double.isNaN(ends[i][column])) {
                bySchedule
                        .computeIfAbsent(schedules.get(i), s -> new ArrayList<>())
                        .add(ends[i][column]);
            }
        }
        double squares = 0;
        int freedom = 0;
        for (List<Double> alike : bySchedule.values()) {
            double mean = alike.stream().mapToDouble(v -> v).average().orElseThrow();
            squares += alike.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            freedom += alike.size() - 1;
        }
        return freedom == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(squares / freedom));
    }

    /// The same runs with what a score leaves to the best possible one, which is 1, or 100 where a score is above
    /// 1: as low as possible, as a loss is.
    ///
    /// @param metrics scores, of which more is better
    /// @throws IllegalArgumentException if a score is not between 0 and 100
    public Runs turned(List<String> metrics) {
        if (trajectories.isPresent()) {
            throw new IllegalArgumentException(
                    "scores by stage cannot be maximised yet: give a wide table with the" + " final scores");
        }
        double[][] turned = Arrays.stream(ends).map(double[]::clone).toArray(double[][]::new);
        double top = top(metrics);
        for (String name : metrics) {
            int column = measured.indexOf(name);
            for (int i = 0; i < turned.length; i++) {
                if (turned[i][column] < 0 || turned[i][column] >= top) {
                    throw new IllegalArgumentException("run " + names.get(i) + " has " + name + " = "
                            + turned[i][column] + ", expected a score of at least 0 and below " + top
                            + " to maximise");
                }
                turned[i][column] = top - turned[i][column];
            }
        }
        return new Runs(domains, measured, names, schedules, turned, trajectories, inBits, said);
    }

    /// The best possible value of some scores: 1, or 100 where some run has more than 1.
    public double top(List<String> metrics) {
        return Arrays.stream(ends).anyMatch(row -> metrics.stream().anyMatch(name -> row[measured.indexOf(name)] > 1))
                ? PERCENT
                : 1;
    }

    /// How many runs, domains, stages there are, and what was measured.
    @Override
    public String toString() {
        String shown = measured.stream().limit(6).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%d runs on %d domains, %s; measured: %s%s",
                size(),
                trained().size(),
                trajectories.isPresent()
                        ? stages() + " stages, losses after each"
                        : stages() == 1 ? "final losses only" : stages() + " phases, final losses only",
                shown,
                measured.size() > 6 ? " and " + (measured.size() - 6) + " more" : "");
    }
}
