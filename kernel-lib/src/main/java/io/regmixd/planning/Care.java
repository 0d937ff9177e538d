package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import java.util.List;
import java.util.Optional;

/// How careful a planner is where predictions may be wrong.
///
/// @param standardErrors how many standard errors of a prediction are added to it, at least 0
/// @param towards        a mixture that others are pulled to, the natural one for example; empty for none
/// @param strength       what the pull costs: so many nats (or what the objective is in) per nat of the
///     Kullback-Leibler divergence from that mixture, the mean of the stages; at least 0. Olmix has 0.05
public record Care(double standardErrors, Optional<Mixture> towards, double strength) {

    /// None: planners believe the predictions.
    public static final Care NONE = new Care(0, Optional.empty(), 0);

    private static final double LEAST_SHARE = 1e-4; // what a domain counts with that the mixture leaves out

    /// @throws IllegalArgumentException if a number is negative, or there is a strength and no mixture
    public Care {
        if (!(standardErrors >= 0)) {
            throw new IllegalArgumentException(
                    "caution of " + standardErrors + " standard errors, expected at least 0");
        }
        if (!(strength >= 0) || (strength > 0 && towards.isEmpty())) {
            throw new IllegalArgumentException(
                    "a pull of strength " + strength + " towards " + towards + ": expected at least 0, and a mixture");
        }
    }

    /// The same with a pull towards a mixture.
    public Care towards(Mixture mixture, double pull) {
        return new Care(standardErrors, Optional.of(mixture), pull);
    }

    /// What is added to the predicted objective of a schedule.
    ///
    /// @param stages at least one, over the domains of the mixture that they are pulled to
    double penalty(List<Mixture> stages) {
        if (strength == 0) {
            return 0;
        }
        double sum = 0;
        for (Mixture stage : stages) {
            sum += divergence(stage, towards.orElseThrow());
        }
        return strength * sum / stages.size();
    }

    /// In nats; at least 0 but for what [#LEAST_SHARE] adds to the shares.
    private static double divergence(Mixture mixture, Mixture from) {
        mixture.requireDomains(from.domains());
        double divergence = 0;
        for (int d = 0; d < mixture.size(); d++) {
            double weight = mixture.weight(d);
            if (weight > 0) {
                divergence += weight * Math.log(weight / Math.max(from.weight(d), LEAST_SHARE));
            }
        }
        return divergence;
    }
}
