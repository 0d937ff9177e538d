package io.regmixd.training;

import io.regmixd.data.Batches;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectories;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// How much of each domain a run trains on, in whole sequences as they are really drawn.
///
/// @param domains in the order of the lists
/// @param tokens  predicted tokens of each domain
/// @param epochs  how often that goes through all there is of the domain
public record Exposure(List<String> domains, List<Long> tokens, List<Double> epochs) {

    public Exposure {
        domains = List.copyOf(domains);
        tokens = List.copyOf(tokens);
        epochs = List.copyOf(epochs);
    }

    /// Of a run of these settings on this schedule; it is the same for all seeds.
    ///
    /// @throws IllegalArgumentException if the schedule is over other domains, or a domain has too little text for
    ///     one sequence
    public static Exposure of(Corpus corpus, TrainingSettings settings, MixtureSchedule schedule) {
        Batches batches = Batches.of(corpus, settings.context());
        SequenceStream stream = batches.stream(0);
        for (int step = 0; step < settings.steps(); step++) {
            stream.skip(schedule.at(step, settings.steps()), settings.batch());
        }
        int domains = corpus.domains().size();
        return new Exposure(
                corpus.domains(),
                IntStream.range(0, domains)
                        .mapToObj(d -> stream.drawn(d) * settings.context())
                        .toList(),
                IntStream.range(0, domains)
                        .mapToObj(d -> stream.drawn(d) / (double) batches.windows(d))
                        .toList());
    }

    /// One row per method and domain, `method, domain, tokens, epochs`: means over the runs of a method that did not
    /// diverge.
    static Table table(Corpus corpus, TrainingSettings settings, Map<String, Trajectories> byMethod) {
        StringColumn method = StringColumn.create("method");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn tokens = DoubleColumn.create("tokens");
        DoubleColumn epochs = DoubleColumn.create("epochs");
        byMethod.forEach((name, runs) -> {
            List<Exposure> exposures = runs.completed().stream()
                    .map(run -> of(corpus, settings, run.schedule()))
                    .toList();
            for (int d = 0; d < corpus.domains().size() && !exposures.isEmpty(); d++) {
                int index = d;
                method.append(name);
                domain.append(corpus.domains().get(d));
                tokens.append(mean(exposures, exposure -> exposure.tokens().get(index)));
                epochs.append(mean(exposures, exposure -> exposure.epochs().get(index)));
            }
        });
        return Table.create("exposure", method, domain, tokens, epochs);
    }

    private static double mean(List<Exposure> exposures, ToDoubleFunction<Exposure> of) {
        return exposures.stream().mapToDouble(of).average().orElseThrow();
    }
}
