package io.regmixd.study;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.stream.IntStream;

/// Schedules that tell what a plan owes to its order and to the domains that fill the rest.
final class Controls {

    private Controls() {}

    /// What the plan shows altogether, from beginning to end: the same exposure to every domain, no order.
    static MixtureSchedule aggregate(MixtureSchedule plan) {
        return MixtureSchedule.constant(plan.mean(), plan.size());
    }

    /// The plan's weights of one domain, stage by stage; the others keep their natural ratios.
    static MixtureSchedule naturalFillers(MixtureSchedule plan, String domain, Mixture natural) {
        int d = natural.domains().indexOf(domain);
        return new MixtureSchedule(plan.stages().stream()
                .map(mixture -> withWeight(natural, d, mixture.weight(d)))
                .toList());
    }

    /// These weights of one domain, stage by stage; the others keep their natural ratios.
    static MixtureSchedule byWeight(Mixture natural, String domain, double... weights) {
        int d = natural.domains().indexOf(domain);
        return new MixtureSchedule(IntStream.range(0, weights.length)
                .mapToObj(s -> withWeight(natural, d, weights[s]))
                .toList());
    }

    private static Mixture withWeight(Mixture natural, int domain, double weight) {
        double[] weights = natural.weights();
        double others = 1 - weights[domain];
        for (int d = 0; d < weights.length; d++) {
            weights[d] = d == domain ? weight : weights[d] * (1 - weight) / others;
        }
        return Mixture.of(natural.domains(), weights);
    }
}
