package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.model.Trajectory;
import io.regmixd.proxy.Trajectories;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// RegMix-D's regression (arXiv 2606.18663): `f(mixture, losses, stage) -> next losses`, what one stage of
/// training on the mixture makes of the validation losses before it. One regression a domain, shared by all
/// stages.
///
/// | feature | scale |
/// |---|---|
/// | the weights of the mixture | square root |
/// | the domain's own weight | logarithm, 0 for no weight, 2 for all of it |
/// | the domain's loss before the stage | logarithm, standardised over the stages after the first |
/// | the stage | 0 for the first, towards 0.3 for the last |
///
/// and the regression is of the logarithm of the domain's next loss.
///
/// As in the paper, the state that a stage starts from is one loss and the stage, and all stages share a
/// regression: the proxies' mixtures are mostly constant, so within a stage a loss says little that the mixture
/// does not say as well, and only from one stage to the next do the two come apart. A regression a stage, or
/// more losses in the state, predicts constant runs equally well and schedules far worse. Departures from the
/// paper: every domain is predicted, where the paper follows the objective alone; the first stage, which starts
/// at the untrained model, is in; features and target are on the scales above, where the paper has none.
public final class TransitionModel {

    private static final double STAGE_SCALE = 0.3;

    private final List<String> domains;
    private final int stages;
    private final String regressor;
    private final double[] initialLosses; // [domains]
    private final double[] centre; // [domains], of the log losses
    private final double[] spread; // [domains]
    private final List<Regression> regressions; // one a domain

    private TransitionModel(
            Trajectories trajectories, List<Trajectory> runs, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
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
                    List<double[]> x = new ArrayList<>();
                    List<Double> y = new ArrayList<>();
                    for (Trajectory run : runs) {
                        for (int stage = 0; stage < stages; stage++) {
                            x.add(features(stage, run.schedule().stages().get(stage), run.loss(stage, domain), domain));
                            y.add(Math.log(run.loss(stage + 1, domain)));
                        }
                    }
                    return regressor.fit(
                            x.toArray(double[][]::new),
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
        return new TransitionModel(trajectories, Rows.usable(trajectories), regressor, seed, progress);
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

    /// The mean losses of the untrained proxies, nats a token, one a domain: where a rollout starts.
    public double[] initialLosses() {
        return initialLosses.clone();
    }

    /// The losses of all domains after a stage on each of the mixtures, shape `[mixtures][domains]`, nats a
    /// token.
    ///
    /// @param stage  the stage that is trained, 0 for the first
    /// @param losses the losses before it, one a domain, nats a token
    /// @throws IllegalArgumentException if a mixture is over other domains, or there is not one positive loss a
    ///     domain
    /// @throws IndexOutOfBoundsException if there is no such stage
    public double[][] next(int stage, List<Mixture> mixtures, double[] losses) {
        double[][] next = new double[mixtures.size()][domains.size()];
        for (int d = 0; d < domains.size(); d++) {
            double[] ofDomain = next(stage, mixtures, losses, d);
            for (int i = 0; i < next.length; i++) {
                next[i][d] = ofDomain[i];
            }
        }
        return next;
    }

    /// The same for one domain alone, which is all that comparing many mixtures takes: one number a mixture.
    ///
    /// @throws IllegalArgumentException  as [#next(int, List, double\[\])]
    /// @throws IndexOutOfBoundsException if there is no such stage or domain
    public double[] next(int stage, List<Mixture> mixtures, double[] losses, int domain) {
        Objects.checkIndex(stage, stages);
        Rows.requireLosses(losses, domains.size(), "before stage " + stage);
        Regression regression = regressions.get(domain);
        double[][] x = new double[mixtures.size()][];
        for (int i = 0; i < x.length; i++) {
            mixtures.get(i).requireDomains(domains);
            x[i] = features(stage, mixtures.get(i), losses[domain], domain);
        }
        return Arrays.stream(regression.predict(x)).map(Math::exp).toArray();
    }

    /// The losses that training on the schedule is predicted to go through, each stage's prediction fed into
    /// the next: shape `[stages + 1][domains]`, nats a token; row 0 is `initialLosses`.
    ///
    /// @throws IllegalArgumentException if the schedule has other domains or another number of stages, or there
    ///     is not one positive loss a domain
    public double[][] rollout(MixtureSchedule schedule, double[] initialLosses) {
        if (schedule.size() != stages) {
            throw new IllegalArgumentException("a schedule of " + schedule.size() + " stages, but the proxies had "
                    + stages + ": plan and sweep with the same number of stages");
        }
        Rows.requireLosses(initialLosses, domains.size(), "initial losses");
        double[][] losses = new double[stages + 1][];
        losses[0] = initialLosses.clone();
        for (int s = 0; s < stages; s++) {
            losses[s + 1] = next(s, List.of(schedule.stages().get(s)), losses[s])[0];
        }
        return losses;
    }

    private double[] features(int stage, Mixture mixture, double loss, int domain) {
        double[] features = Rows.features(mixture, domain, 2);
        features[features.length - 2] = (Math.log(loss) - centre[domain]) / spread[domain];
        features[features.length - 1] = STAGE_SCALE * stage / stages;
        return features;
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
