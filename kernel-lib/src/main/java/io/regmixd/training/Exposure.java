package io.regmixd.training;

import io.regmixd.data.Batches;
import io.regmixd.data.Corpus;
import io.regmixd.data.SequenceStream;
import io.regmixd.mixture.MixtureSchedule;
import java.util.List;
import java.util.stream.IntStream;

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
}
