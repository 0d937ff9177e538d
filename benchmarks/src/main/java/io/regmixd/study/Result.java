package io.regmixd.study;

import io.regmixd.mixture.MixtureSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// One trained target.
///
/// @param piece     of the study
/// @param problem   that was planned for
/// @param shape     of the target's learning rate
/// @param sweep     that the plan came from, 0 where it came from none
/// @param method    that made the schedule
/// @param seed      of the target
/// @param objective the domain whose loss counts
/// @param share     of the run's tokens that the objective had, as really drawn
/// @param loss      of the objective on all its held-out text, nats per token
/// @param predicted what the plan said of that loss at the proxies' size, NaN where nothing
/// @param schedule  that it was trained on
record Result(
        String piece,
        String problem,
        String shape,
        int sweep,
        String method,
        long seed,
        String objective,
        double share,
        double loss,
        double predicted,
        MixtureSchedule schedule) {

    static final List<String> COLUMNS = List.of(
            "piece",
            "problem",
            "shape",
            "sweep",
            "method",
            "seed",
            "objective",
            "share",
            "loss_nats",
            "predicted_nats",
            "weights");

    /// As a line of CSV; the weights are in percent, the domains in the corpus's order, stage by stage.
    String line() {
        String weights = schedule.stages().stream()
                .map(mixture -> Arrays.stream(mixture.weights())
                        .mapToObj(weight -> String.format(Locale.ROOT, "%.2f", 100 * weight))
                        .collect(Collectors.joining(" ")))
                .collect(Collectors.joining(" | "));
        return String.format(
                Locale.ROOT,
                "%s,%s,%s,%d,%s,%d,%s,%.4f,%.5f,%s,%s",
                piece,
                problem,
                shape,
                sweep,
                method,
                seed,
                objective,
                share,
                loss,
                Double.isNaN(predicted) ? "" : String.format(Locale.ROOT, "%.5f", predicted),
                weights);
    }
}
