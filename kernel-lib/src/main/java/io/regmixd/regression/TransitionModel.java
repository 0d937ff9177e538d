package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/// RegMix-D's regression (arXiv 2606.18663): `f(mixture, losses, stage) -> next losses`, what one stage of
/// training on the mixture makes of the validation losses before it. One regression per domain, shared by all
/// stages.
///
/// | feature | scale |
/// |---|---|
/// | the weights of the mixture | square root |
/// | the domain's own weight | logarithm, 0 for no weight, 2 for all of it |
/// | the domain's loss before the stage | logarithm, standardised over the stages after the first |
/// | the stage | 0 for the first, towards 0.3 for the last |
/// | what was trained on before, of each domain | share of the whole run's tokens, 0 to 2 |
///
/// and the regression is of the logarithm of the domain's next loss.
///
/// Departures from the paper: the state that a stage starts from holds what the run was trained on so far,
/// which a schedule tells and a loss does not; a planner that looks ahead has nothing to weigh without it.
/// Every domain is predicted, where the paper follows the objective alone; the first stage, which starts at the
/// untrained model, is in; features and target are on the scales above, where the paper has none. For the
/// paper's own rows see `Planner.paper`.
///
/// [#fitWithSpread] also fits on eight random halves of the runs, and the spread of their rollouts is the
/// model's own uncertainty.
public final class TransitionModel {

    private static final double STAGE_SCALE = 0.3;
    private static final double HISTORY_SCALE = 2;
    private static final int HALVES = 8;

    private static final Regression UNASKED = x -> {
        double[] unknown = new double[x.size()];
        Arrays.fill(unknown, Double.NaN);
        return unknown;
    };

    private final List<String> domains;
    private final int stages;
    private final String regressor;
    private final double[] initialLosses; // [domains]
    private final double[] centre; // [domains], of the log losses
    private final double[] spread; // [domains]
    private final List<Regression> regressions; // one per domain
    private final Coverage coverage;
    private final List<TransitionModel> halves;
    private final Set<String> fittedOn;

    private TransitionModel(
            Trajectories trajectories,
            List<Trajectory> runs,
            List<String> asked,
            Regressor regressor,
            long seed,
            List<TransitionModel> halves,
            Progress progress)
            throws InterruptedException {
        this.halves = halves;
        fittedOn = runs.stream().map(Trajectory::run).collect(Collectors.toUnmodifiableSet());
        coverage = Coverage.of(runs);
        domains = trajectories.domains();
        stages = trajectories.stages();
        this.regressor = regressor.name();
        initialLosses = new double[domains.size()];
        centre = new double[domains.size()];
        spread = new double[domains.size()];
        for (int d = 0; d < domains.size(); d++) {
            int domain = d;
            initialLosses[d] = runs.stream()
                    .mapToDouble(run -> run.loss(0, domain))
                    .average()
                    .orElseThrow();
            double[] logs = runs.stream()
                    .flatMapToDouble(run -> Arrays.stream(logsBeforeStages(run, domain)))
                    .toArray();
            centre[d] = Arrays.stream(logs).average().orElse(0);
            double variance = Arrays.stream(logs)
                    .map(log -> (log - centre[domain]) * (log - centre[domain]))
                    .average()
                    .orElse(0);
            spread[d] = variance > 0 ? Math.sqrt(variance) : 1;
        }
        regressions = Parallel.map(
                "Fitting next losses on mixtures and losses",
                domains.size(),
                domain -> {
                    if (!asked.contains(domains.get(domain))) {
                        return UNASKED;
                    }
                    List<Mixture> mixtures = new ArrayList<>();
                    List<double[]> state = new ArrayList<>();
                    List<Double> y = new ArrayList<>();
                    for (Trajectory run : runs) {
                        double[] history = new double[domains.size()];
                        for (int stage = 0; stage < stages; stage++) {
                            Mixture mixture = run.schedule().stages().get(stage);
                            mixtures.add(mixture);
                            state.add(state(stage, history, run.loss(stage, domain), domain));
                            y.add(Math.log(run.loss(stage + 1, domain)));
                            add(mixture, history);
                        }
                    }
                    return regressor.fit(
                            Rows.ofStages(mixtures, domain, state.toArray(double[][]::new)),
                            y.stream().mapToDouble(Double::doubleValue).toArray(),
                            seed);
                },
                progress);
    }

    /// Fits on the runs that did not diverge, the domains side by side on all cores.
    ///
    /// @throws IllegalArgumentException if fewer than eight runs completed, or one of their losses is not
    ///                                  positive
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static TransitionModel fit(Trajectories trajectories, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        return fit(trajectories, trajectories.domains(), regressor, seed, progress);
    }

    /// The same for the losses of some domains alone, in as little a share of the time: a loss follows from the
    /// mixtures and from itself. The losses of the others are predicted as NaN, so no plan can go on from a
    /// predicted stage.
    ///
    /// @throws IllegalArgumentException as [#fit(Trajectories, Regressor, long, Progress)]
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static TransitionModel fit(
            Trajectories trajectories, List<String> domains, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        return new TransitionModel(trajectories, trajectories.usable(), domains, regressor, seed, List.of(), progress);
    }

    /// The same, and once more on each of eight random halves of the runs. How far a half's prediction lies
    /// from that of all runs estimates how far that lies from what endlessly many runs would say (the jackknife
    /// that leaves half out: Shao and Wu, *A general theory for jackknife variance estimation*, 1989).
    ///
    /// @throws IllegalArgumentException as [#fit], and if fewer than sixteen runs completed
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static TransitionModel fitWithSpread(
            Trajectories trajectories, Regressor regressor, long seed, Progress progress) throws InterruptedException {
        return fitWithSpread(trajectories, trajectories.domains(), regressor, seed, progress);
    }

    /// The same for the losses of some domains alone, as [#fit(Trajectories, List, Regressor, long, Progress)].
    ///
    /// @throws IllegalArgumentException as [#fitWithSpread(Trajectories, Regressor, long, Progress)]
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static TransitionModel fitWithSpread(
            Trajectories trajectories, List<String> domains, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        List<Trajectory> runs = new ArrayList<>(trajectories.usable());
        List<Trajectories> some = new ArrayList<>();
        Random random = new Random(seed);
        for (int half = 0; half < HALVES; half++) {
            Collections.shuffle(runs, random);
            some.add(trajectories.withRuns(List.copyOf(runs.subList(0, runs.size() / 2))));
        }
        List<TransitionModel> halves = Parallel.map(
                "Fitting next losses on mixtures and losses",
                HALVES,
                half -> fit(some.get(half), domains, regressor, seed, Progress.SILENT),
                (step, fraction, message) ->
                        progress.update(step, fraction * HALVES / (HALVES + 1), message + " halves of the runs"));
        return new TransitionModel(
                trajectories,
                trajectories.usable(),
                domains,
                regressor,
                seed,
                halves,
                (step, fraction, message) -> progress.update(step, (HALVES + fraction) / (HALVES + 1), message));
    }

    /// In the order of every loss vector.
    public List<String> domains() {
        return domains;
    }

    /// How many stages the runs had that it was fitted on, and so the schedules that it can follow.
    public int stages() {
        return stages;
    }

    /// The name of the regressor that fitted it.
    public String regressor() {
        return regressor;
    }

    /// The mean losses of the untrained proxies, nats per token, one per domain: where a rollout starts.
    public double[] initialLosses() {
        return initialLosses.clone();
    }

    /// Where the proxies have been.
    public Coverage coverage() {
        return coverage;
    }

    /// The names of the runs that it was fitted on.
    public Set<String> fittedOn() {
        return fittedOn;
    }

    /// The models of random halves of the runs; none unless fitted by [#fitWithSpread].
    public List<TransitionModel> halves() {
        return halves;
    }

    /// The loss of one domain after one more stage on each of the mixtures, nats per token, one number per mixture.
    ///
    /// @param before the mixtures of the stages before it, none for the first stage
    /// @param losses the losses before it, one per domain, nats per token
    /// @throws IllegalArgumentException if a mixture is over other domains, or there is not one positive loss a
    ///     domain
    /// @throws IndexOutOfBoundsException if there is no such stage or domain
    public double[] next(List<Mixture> before, List<Mixture> mixtures, double[] losses, int domain) {
        Objects.checkIndex(before.size(), stages);
        double[] history = new double[domains.size()];
        before.forEach(mixture -> add(mixture, history));
        double[][] histories = new double[mixtures.size()][];
        Arrays.fill(histories, history);
        return step(before.size(), mixtures, histories, filled(mixtures.size(), losses, domain), domain);
    }

    /// The loss of one domain after the last stage of each of the schedules, nats per token, one number a
    /// schedule; each stage's prediction is fed into the next.
    ///
    /// @param trained how many stages are behind already, 0 to all
    /// @param losses  the losses after them, one per domain, nats per token
    /// @throws IllegalArgumentException if a schedule has other domains or another number of stages, or there
    ///     is not one positive loss a domain
    /// @throws IndexOutOfBoundsException if there is no such stage or domain
    public double[] finalLosses(List<MixtureSchedule> schedules, int trained, double[] losses, int domain) {
        double[] last = filled(schedules.size(), losses, domain);
        for (double[] stage : follow(schedules, trained, losses, domain)) {
            last = stage;
        }
        return last;
    }

    /// The final loss of one domain that each schedule is predicted to reach from the untrained model, nats per
    /// token at the proxies' size, by the schedules' names and in their order.
    ///
    /// @throws IllegalArgumentException if there is no such domain, or a schedule has other domains or another
    ///     number of stages
    public Map<String, Double> finalLosses(Map<String, MixtureSchedule> schedules, String domain) {
        if (!domains.contains(domain)) {
            throw new IllegalArgumentException("no domain " + domain + " in " + domains);
        }
        double[] losses = finalLosses(List.copyOf(schedules.values()), 0, initialLosses, domains.indexOf(domain));
        Map<String, Double> byName = new LinkedHashMap<>();
        schedules.keySet().forEach(name -> byName.put(name, losses[byName.size()]));
        return byName;
    }

    /// The losses that training on the schedule is predicted to go through, each stage's prediction fed into
    /// the next: shape `[stages + 1][domains]`, nats per token; row 0 is `initialLosses`.
    ///
    /// @throws IllegalArgumentException if the schedule has other domains or another number of stages, or there
    ///     is not one positive loss a domain
    public double[][] rollout(MixtureSchedule schedule, double[] initialLosses) {
        return rollout(schedule, 0, initialLosses);
    }

    /// The same for a run that has some stages behind it: shape `[stages + 1 - trained][domains]`; row 0 is
    /// `losses`.
    ///
    /// @param trained how many stages are behind already, 0 to all
    /// @throws IllegalArgumentException as [#rollout(MixtureSchedule, double\[\])]
    public double[][] rollout(MixtureSchedule schedule, int trained, double[] losses) {
        double[][] rollout = new double[stages + 1 - trained][domains.size()];
        for (int d = 0; d < domains.size(); d++) {
            List<double[]> ofDomain = follow(List.of(schedule), trained, losses, d);
            rollout[0][d] = losses[d];
            for (int s = 0; s < ofDomain.size(); s++) {
                rollout[s + 1][d] = ofDomain.get(s)[0];
            }
        }
        return rollout;
    }

    /// The standard error of [#rollout(MixtureSchedule, int, double\[\])], of the same shape, nats per token: the
    /// root mean square of what the halves' rollouts differ from it by. The noise of a single run is not in it.
    ///
    /// @throws IllegalStateException if the model was not fitted by [#fitWithSpread]
    public double[][] spread(MixtureSchedule schedule, int trained, double[] losses) {
        if (halves.isEmpty()) {
            throw new IllegalStateException("no spread without halves: fit with TransitionModel.fitWithSpread");
        }
        double[][] centre = rollout(schedule, trained, losses);
        double[][] spread = new double[centre.length][domains.size()];
        for (TransitionModel half : halves) {
            double[][] other = half.rollout(schedule, trained, losses);
            for (int s = 0; s < spread.length; s++) {
                for (int d = 0; d < domains.size(); d++) {
                    spread[s][d] += Math.pow(other[s][d] - centre[s][d], 2) / halves.size();
                }
            }
        }
        return Arrays.stream(spread)
                .map(row -> Arrays.stream(row).map(Math::sqrt).toArray())
                .toArray(double[][]::new);
    }

    /// The losses of a domain after each stage from `trained` on, shape `[stages - trained][schedules]`.
    private List<double[]> follow(List<MixtureSchedule> schedules, int trained, double[] losses, int domain) {
        Objects.checkFromToIndex(trained, stages, stages);
        double[][] histories = new double[schedules.size()][domains.size()];
        for (int i = 0; i < histories.length; i++) {
            MixtureSchedule schedule = schedules.get(i);
            if (schedule.size() != stages) {
                throw new IllegalArgumentException("a schedule of " + schedule.size() + " stages, but the proxies had "
                        + stages + ": plan and sweep with the same number of stages");
            }
            for (int s = 0; s < trained; s++) {
                add(schedule.stages().get(s), histories[i]);
            }
        }
        List<double[]> after = new ArrayList<>();
        double[] before = filled(schedules.size(), losses, domain);
        for (int s = trained; s < stages; s++) {
            int stage = s;
            List<Mixture> mixtures = schedules.stream()
                    .map(schedule -> schedule.stages().get(stage))
                    .toList();
            before = step(stage, mixtures, histories, before, domain);
            after.add(before);
            for (int i = 0; i < histories.length; i++) {
                add(mixtures.get(i), histories[i]);
            }
        }
        return after;
    }

    private double[] step(int stage, List<Mixture> mixtures, double[][] histories, double[] losses, int domain) {
        double[][] state = new double[mixtures.size()][];
        for (int i = 0; i < state.length; i++) {
            mixtures.get(i).requireDomains(domains);
            state[i] = state(stage, histories[i], losses[i], domain);
        }
        Rows rows = Rows.ofStages(mixtures, domain, state);
        return Arrays.stream(regressions.get(domain).predict(rows))
                .map(Math::exp)
                .toArray();
    }

    private double[] filled(int count, double[] losses, int domain) {
        Trajectory.requireLosses(losses, domains.size(), "before a stage");
        double[] filled = new double[count];
        Arrays.fill(filled, losses[domain]);
        return filled;
    }

    private void add(Mixture mixture, double[] history) {
        for (int d = 0; d < history.length; d++) {
            history[d] += mixture.weight(d) / stages;
        }
    }

    /// @param history what the stages before were trained on, of each domain, as a share of the whole run
    private double[] state(int stage, double[] history, double loss, int domain) {
        double[] state = new double[2 + history.length];
        state[0] = (Math.log(loss) - centre[domain]) / spread[domain];
        state[1] = STAGE_SCALE * stage / stages;
        for (int d = 0; d < history.length; d++) {
            state[2 + d] = HISTORY_SCALE * history[d];
        }
        return state;
    }

    /// The first stage is left out: it starts at the untrained model, whose loss is the same in every run and
    /// far away.
    private double[] logsBeforeStages(Trajectory run, int domain) {
        double[] logs = new double[stages - 1];
        for (int s = 1; s < stages; s++) {
            logs[s - 1] = Math.log(run.loss(s, domain));
        }
        return logs;
    }
}
