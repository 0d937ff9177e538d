package io.regmixd.regression;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.trajectory.FinalLosses;
import io.regmixd.trajectory.Trajectories;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.distribution.NormalDistribution;

/// RegMix's regression (arXiv 2407.01492, section 3): the validation loss of every domain at the end of
/// training from the mixture that was trained on, one regression per domain.
///
/// Departures from the paper: the features are the square roots and the logarithms of the weights, where the
/// paper has the bare weights, and the regression is of the logarithm of the loss; [Regressor#lightGbm()] undoes
/// both. A run that changed its mixture counts with the mean of its schedule.
public final class MixtureLossModel {

    private final List<String> domains;
    private final List<String> measured;
    private final String regressor;
    private final List<Regression> regressions; // one a measured domain
    private final Coverage coverage;

    private MixtureLossModel(
            List<String> domains,
            List<String> measured,
            String regressor,
            List<Regression> regressions,
            Coverage coverage) {
        this.domains = domains;
        this.measured = measured;
        this.regressor = regressor;
        this.regressions = regressions;
        this.coverage = coverage;
    }

    /// Fits on the runs that did not diverge, the domains side by side on all cores.
    ///
    /// @throws IllegalArgumentException if fewer than eight runs completed, or one of their losses is not
    ///                                  positive
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static MixtureLossModel fit(Trajectories trajectories, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        return fit(FinalLosses.of(trajectories), regressor, seed, progress);
    }

    /// The same from final losses alone. Only the domains whose losses were measured can be predicted.
    ///
    /// @throws IllegalArgumentException if there are fewer than two runs
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    public static MixtureLossModel fit(FinalLosses runs, Regressor regressor, long seed, Progress progress)
            throws InterruptedException {
        Rows x = Rows.ofRuns(runs.mixtures());
        List<Regression> regressions = Parallel.map(
                "Fitting losses on mixtures",
                runs.measured().size(),
                m -> regressor.fit(
                        x,
                        Arrays.stream(runs.losses(runs.measured().get(m)))
                                .map(Math::log)
                                .toArray(),
                        seed),
                progress);
        return new MixtureLossModel(
                runs.domains(), runs.measured(), regressor.name(), regressions, Coverage.ofMixtures(runs.mixtures()));
    }

    /// In the order of every loss vector.
    public List<String> domains() {
        return domains;
    }

    /// The domains whose losses were measured, and so can be predicted: all, for a sweep of one's own.
    public List<String> measured() {
        return measured;
    }

    /// The name of the regressor that fitted it.
    public String regressor() {
        return regressor;
    }

    /// Where the proxies have been: their mixtures alone, no losses on the way.
    public Coverage coverage() {
        return coverage;
    }

    /// The loss of one domain, nats per token, after training on each of the mixtures.
    ///
    /// @throws IllegalArgumentException if a mixture is over other domains, or the domain's loss was not
    ///     measured
    /// @throws IndexOutOfBoundsException if there is no such domain
    public double[] predict(List<Mixture> mixtures, int domain) {
        Regression regression = regression(domain);
        return losses(regression.predict(checked(mixtures)));
    }

    /// The losses of all domains, nats per token, after training on each of the mixtures: shape
    /// `[mixtures][domains]`, NaN for a domain whose loss was not measured.
    ///
    /// @throws IllegalArgumentException if a mixture is over other domains
    public double[][] predict(List<Mixture> mixtures) {
        Rows x = checked(mixtures);
        double[][] predicted = new double[mixtures.size()][domains.size()];
        for (double[] losses : predicted) {
            Arrays.fill(losses, Double.NaN);
        }
        for (int m = 0; m < regressions.size(); m++) {
            int domain = domains.indexOf(measured.get(m));
            double[] losses = losses(regressions.get(m).predict(x));
            for (int i = 0; i < losses.length; i++) {
                predicted[i][domain] = losses[i];
            }
        }
        return predicted;
    }

    /// The losses of all domains, nats per token, after training on the mixture; NaN for a domain whose loss was
    /// not measured.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains
    public double[] predict(Mixture mixture) {
        return predict(List.of(mixture))[0];
    }

    /// The loss that a measured one lies below with the given probability, as far as the regression knows: 0.5
    /// is [#predict(List, int)], more is more careful. Takes seconds for 100,000 mixtures.
    ///
    /// @param probability above 0, below 1
    /// @throws IllegalArgumentException as [#predict(List, int)], or if the probability is out of range
    /// @throws IllegalStateException    if the regressor knows nothing of its uncertainty
    /// @throws IndexOutOfBoundsException if there is no such domain
    public double[] quantile(List<Mixture> mixtures, int domain, double probability) {
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException("a probability of " + probability + ", expected between 0 and 1");
        }
        Regression regression = regression(domain);
        Rows x = checked(mixtures);
        double[] deviations = regression.deviations(x).orElseThrow(this::uncertain);
        double z = new NormalDistribution().inverseCumulativeProbability(probability);
        double[] logs = regression.predict(x);
        Arrays.setAll(logs, i -> logs[i] + z * deviations[i]);
        return losses(logs);
    }

    /// The standard deviations of measured losses' logarithms about the predicted ones; empty where the regressor
    /// knows nothing of them.
    Optional<double[]> deviations(List<Mixture> mixtures, int domain) {
        return regression(domain).deviations(checked(mixtures));
    }

    /// How sure the model is of the losses that it predicts, standard errors in nats per token: the noise of a
    /// single run is not in them, so more runs make them smaller.
    ///
    /// @throws IllegalArgumentException as [#predict(List, int)]
    /// @throws IllegalStateException as [#quantile]
    /// @throws IndexOutOfBoundsException if there is no such domain
    public double[] errors(List<Mixture> mixtures, int domain) {
        Regression regression = regression(domain);
        Rows x = checked(mixtures);
        double[] errors = regression.errors(x).orElseThrow(this::uncertain);
        double[] losses = losses(regression.predict(x));
        Arrays.setAll(errors, i -> losses[i] * errors[i]); // of a logarithm, to first order
        return errors;
    }

    /// This model as if a run on the mixture had ended with just the losses that the model predicts: the same
    /// predictions, smaller [#errors] near the mixture. It keeps mixtures that are proposed together apart.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains
    /// @throws IllegalStateException    as [#quantile]
    public MixtureLossModel believing(Mixture mixture) {
        Rows x = checked(List.of(mixture));
        return new MixtureLossModel(
                domains,
                measured,
                regressor,
                regressions.stream()
                        .map(regression -> regression.believing(x).orElseThrow(this::uncertain))
                        .toList(),
                coverage);
    }

    private IllegalStateException uncertain() {
        return new IllegalStateException(
                regressor + " predicts without an uncertainty: use Regressor.standard() or another Gaussian process");
    }

    private Regression regression(int domain) {
        int m = measured.indexOf(domains.get(domain));
        if (m < 0) {
            throw new IllegalArgumentException(
                    "no losses of " + domains.get(domain) + " were measured, only of " + measured);
        }
        return regressions.get(m);
    }

    private Rows checked(List<Mixture> mixtures) {
        mixtures.forEach(mixture -> mixture.requireDomains(domains));
        return Rows.ofRuns(mixtures);
    }

    private static double[] losses(double[] logs) {
        return Arrays.stream(logs).map(Math::exp).toArray();
    }
}
