package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.store.Json;
import io.regmixd.trajectory.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The option `--natural FILE`: the natural mixture as JSON, `{"web": 0.7, "code": 0.3}`.
final class NaturalMixture {

    private NaturalMixture() {}

    /// The mixture that the file has, rescaled; the mean of the runs' mixtures where the option is not given.
    ///
    /// @throws IOException              if the file cannot be read
    /// @throws IllegalArgumentException if it lacks a domain that a run was trained on, or names another
    static Mixture of(Options options, Runs runs) throws IOException {
        Optional<String> file = options.given("natural");
        if (file.isEmpty()) {
            return Mixture.mean(
                    runs.schedules().stream().map(MixtureSchedule::mean).toList());
        }
        ObjectNode shares = Json.read(Path.of(file.get()));
        requireDomains(shares, runs, "natural");
        List<String> missing =
                runs.trained().stream().filter(name -> !shares.has(name)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("--natural " + file.get() + " has no share of "
                    + String.join(", ", missing) + ": give one for each domain, 0 where there is none");
        }
        double[] weights = new double[runs.domains().size()];
        for (int d = 0; d < weights.length; d++) {
            String name = runs.domains().get(d);
            weights[d] = shares.has(name) ? Json.number(shares.get(name), file.get() + ", " + name) : 0;
        }
        return Mixture.proportional(runs.domains(), weights);
    }

    /// @throws IllegalArgumentException if a name is none of the runs' domains
    static void requireDomains(ObjectNode named, Runs runs, String option) {
        for (String name : named.propertyNames()) {
            if (!runs.domains().contains(name)) {
                throw new IllegalArgumentException("--" + option + ": the runs have no domain " + name + "; they have "
                        + String.join(", ", runs.trained()));
            }
        }
    }
}
