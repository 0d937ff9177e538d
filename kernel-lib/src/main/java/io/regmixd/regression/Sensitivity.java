package io.regmixd.regression;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// How a model's predicted loss of an objective changes as one domain's weight rises by ten points.
///
/// Starting at a mixture of weights `w`, domain `d` gets `w_d + r`, and each other domain `i` gives way in
/// proportion, to `w_i (1 - w_d - r) / (1 - w_d)`. The rise `r` is 0.1, or `1 - w_d` where that is less: no domain
/// has more than everything. The change is the predicted loss there less that at the mixture.
///
/// It looks at one domain at a time, near one mixture. It is no plan: domains that help alone may not help
/// together.
///
/// @param objective whose loss is predicted
/// @param loss      predicted at the mixture, in the objective's unit
/// @param changes   one per domain that some run was trained on, the most negative first
public record Sensitivity(String objective, double loss, List<Change> changes) {

    private static final double RISE = 0.1;

    /// What ten points more of a domain do.
    ///
    /// @param domain the domain whose weight rises
    /// @param loss   the predicted change, in the objective's unit; negative is better
    /// @param beyond whether the mixture with ten points more leaves what the runs cover (see [Coverage]): the
    ///     prediction is a guess
    public record Change(String domain, double loss, boolean beyond) {}

    public Sensitivity {
        changes = List.copyOf(changes);
    }

    /// @param mixture where to start: the natural mixture, say
    /// @throws IllegalArgumentException if the mixture is over other domains than the model's, or the objective's
    ///     loss was not measured
    public static Sensitivity of(MixtureLossModel model, Mixture mixture, String objective) {
        mixture.requireDomains(model.domains());
        if (!model.measured().contains(objective)) {
            throw new IllegalArgumentException(
                    "no losses of " + objective + " were measured, only of " + model.measured());
        }
        List<Mixture> mixtures = new ArrayList<>(List.of(mixture));
        for (int d = 0; d < mixture.size(); d++) {
            mixtures.add(raised(mixture, d));
        }
        double[] losses = model.predict(mixtures, model.domains().indexOf(objective));
        List<Change> changes = new ArrayList<>();
        for (int d = 0; d < mixture.size(); d++) {
            if (model.coverage().trained(d)) {
                boolean beyond = !model.coverage()
                        .left(MixtureSchedule.constant(mixtures.get(d + 1), 1), 0)
                        .isEmpty();
                changes.add(new Change(mixture.domains().get(d), losses[d + 1] - losses[0], beyond));
            }
        }
        changes.sort(Comparator.comparingDouble(Change::loss));
        return new Sensitivity(objective, losses[0], changes);
    }

    private static Mixture raised(Mixture mixture, int domain) {
        double[] weights = mixture.weights();
        double rest = 1 - weights[domain];
        double rise = Math.min(RISE, rest);
        double kept = rest > 0 ? (rest - rise) / rest : 0;
        double own = weights[domain] + rise;
        Arrays.setAll(weights, d -> d == domain ? own : kept * weights[d]);
        return Mixture.of(mixture.domains(), weights);
    }

    /// The domains that change the loss most to either side, and those of which it is a guess, in a few sentences.
    ///
    /// @param unit the objective's, `nats per token` say
    public String inWords(String unit) {
        Change best = changes.getFirst();
        Change worst = changes.getLast();
        String text = String.format(
                Locale.ROOT,
                "Ten points more of %s change the predicted loss of %s by %+.3f %s, from %.3f: the most favourable of %d"
                        + " domains. Ten points more of %s change it by %+.3f, the least favourable.",
                best.domain,
                objective,
                best.loss,
                unit,
                loss,
                changes.size(),
                worst.domain,
                worst.loss);
        String guesses =
                changes.stream().filter(Change::beyond).map(Change::domain).collect(Collectors.joining(", "));
        return guesses.isEmpty() ? text : text + " No run was trained near ten points more of " + guesses + ".";
    }
}
