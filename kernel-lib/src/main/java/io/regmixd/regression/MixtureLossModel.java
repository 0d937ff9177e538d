package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.model.Trajectory;
import io.regmixd.proxy.Trajectories;
import java.util.Arrays;
import java.util.List;

/// RegMix's regression (arXiv 2407.01492, section 3): the validation loss of every domain at the end of
/// training from the mixture that was trained on, one regression a domain.
///
/// Departures from the paper: the features are the square roots of the weights and the logarithm of the
/// domain's own weight, where the paper has the bare weights, and the regression is of the logarithm of the
/// loss. A run that changed its mixture counts with the mean of its schedule.
public final class MixtureLossModel {

    private final List<String> domains;
    private final String regressor;
    private final List<Regression> regressions; // one a domain

    private MixtureLossModel(List<String> domains, String regressor, List<Regression> regressions) {
        this.domains = domains;
        this.regressor = regressor;
        this.regressions = regressions;
    }

    /// Fits on the runs that did not diverge, the domains side by side on all cores.
    ///
    /// @throws IllegalArgumentException if fewer than eight runs completed, or one of their losses is not
    ///                                  positive
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static MixtureLossModel fit(Trajectories trajectories, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        List<Trajectory> runs = Rows.usable(trajectories);
        int stages = trajectories.stages();
        List<Regression> regressions = Parallel.map(
                "Fitting losses on mixtures",
                trajectories.domains().size(),
                domain -> regressor.fit(
                        runs.stream()
                                .map(run -> Rows.features(run.schedule().mean(), domain, 0))
                                .toArray(double[][]::new),
                        runs.stream()
                                .mapToDouble(run -> Math.log(run.loss(stages, domain)))
                                .toArray(),
                        seed),
                progress);
        return new MixtureLossModel(trajectories.domains(), regressor.name(), regressions);
    }

    /// In the order of every loss vector.
    public List<String> domains() {
        return domains;
    }

    /// The name of the regressor that fitted it.
    public String regressor() {
        return regressor;
    }

    /// The loss of one domain, nats a token, after training on each of the mixtures.
    ///
    /// @throws IllegalArgumentException if a mixture is over other domains
    /// @throws IndexOutOfBoundsException if there is no such domain
    public double[] predict(List<Mixture> mixtures, int domain) {
        Regression regression = regressions.get(domain);
        double[][] x = new double[mixtures.size()][];
        for (int i = 0; i < x.length; i++) {
            mixtures.get(i).requireDomains(domains);
            x[i] = Rows.features(mixtures.get(i), domain, 0);
        }
        return Arrays.stream(regression.predict(x)).map(Math::exp).toArray();
    }

    /// The losses of all domains, nats a token, after training on the mixture.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains
    public double[] predict(Mixture mixture) {
        double[] losses = new double[domains.size()];
        for (int d = 0; d < losses.length; d++) {
            losses[d] = predict(List.of(mixture), d)[0];
        }
        return losses;
    }
}
