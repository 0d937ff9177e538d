package io.regmixd.notebook;

import io.regmixd.mixture.Mixture;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;

/// A mixture as bars.
record MixtureView(Mixture mixture) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        Grid shares = Grid.of("domain", "share of tokens");
        IntStream.range(0, mixture.size())
                .boxed()
                .sorted(Comparator.comparingDouble(d -> -mixture.weight(d)))
                .forEach(d -> shares.row(mixture.domains().get(d), Look.percent(mixture.weight(d))));
        return Plots.mixture("Mixture", mixture)
                .mimeBundle(shares.mimeBundle().get("text/plain").toString());
    }
}
