package io.regmixd.regression;

import io.regmixd.mixture.Mixture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.random.Well19937c;

/// Mixtures over the 17 domains of RegMix's published runs, for benchmarks.
public final class PublishedMixtures {

    // domain, share of the tokens (mixture_config/synthesize_mixture.py), weight for the 1B target
    // (mixture_config/config_1b/regmix.yaml)
    private static final String TABLE = """
            arxiv .113285273 .00120
            freelaw .079608651 .00145
            nih_exporter .003913491 .00123
            pubmed_central .185375901 .00311
            wikipedia_en .051081359 .01593
            dm_mathematics .015962925 .00031
            github .101750772 .00023
            philpapers .003707518 .0000133
            stackexchange .066529351 .00030
            enron_emails .001750772 .00167
            gutenberg_pg_19 .027085479 .00161
            pile_cc .236869207 .87013
            ubuntu_irc .01184346 .06418
            europarl .007929969 .0000029
            hackernews .008032956 .01193
            pubmed_abstracts .038825953 .02424
            uspto_backgrounds .046446962 .00246
            """;

    private PublishedMixtures() {}

    /// Each domain's share of the tokens.
    public static Mixture natural(List<String> domains) {
        return column(domains, 1);
    }

    /// The mixture that RegMix trained its 1B target on.
    static Mixture regmix(List<String> domains) {
        return column(domains, 2);
    }

    /// As RegMix's notebook draws them, but with random numbers of our own: Dirichlet about the natural
    /// mixture, without bounds.
    static List<Mixture> candidates(Mixture natural, int count, int seed) {
        var random = new Well19937c(seed);
        List<GammaDistribution> gammas = new ArrayList<>();
        for (double share : natural.weights()) {
            gammas.add(new GammaDistribution(random, share, 1));
        }
        List<Mixture> candidates = new ArrayList<>();
        while (candidates.size() < count) {
            double[] draw =
                    gammas.stream().mapToDouble(GammaDistribution::sample).toArray();
            candidates.add(Mixture.proportional(natural.domains(), draw));
        }
        return candidates;
    }

    private static Mixture column(List<String> domains, int column) {
        Map<String, Double> weights = new HashMap<>();
        TABLE.lines()
                .map(line -> line.split(" "))
                .forEach(cells -> weights.put(cells[0], Double.valueOf(cells[column])));
        return Mixture.proportional(
                domains,
                domains.stream()
                        .mapToDouble(domain -> weights.getOrDefault(domain, 0.0))
                        .toArray());
    }
}
