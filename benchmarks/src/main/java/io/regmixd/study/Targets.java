package io.regmixd.study;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.training.Exposure;
import io.regmixd.training.TargetRun;
import io.regmixd.training.Training;
import io.regmixd.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/// Trains targets on schedules and measures them.
final class Targets {

    private Targets() {}

    /// A schedule to train on.
    ///
    /// @param predicted the final loss of the objective at the proxies' size, NaN where nothing is predicted
    record Arm(MixtureSchedule schedule, double predicted) {

        static Arm of(MixtureSchedule schedule) {
            return new Arm(schedule, Double.NaN);
        }
    }

    /// Arms that are trained side by side.
    ///
    /// @param shape of the learning rate, in words
    /// @param sweep of the arms' plans, 0 where they are from none
    /// @param arms  by method
    record Group(String shape, TrainingSettings settings, int sweep, Map<String, Arm> arms) {}

    /// One result per arm and seed that did not diverge. What `folder` holds already is not trained again.
    static List<Result> train(String piece, Laboratory laboratory, Group group, Path folder, Progress progress)
            throws IOException, InterruptedException {
        Corpus corpus = laboratory.corpus();
        TrainingSettings settings = group.settings();
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        group.arms().forEach((method, arm) -> schedules.put(method, arm.schedule()));
        List<Long> seeds =
                LongStream.rangeClosed(1, laboratory.size().seeds()).boxed().toList();
        TargetRun target = TargetRun.of(corpus, settings, schedules, seeds);
        target.train(Files.createDirectories(folder), progress);

        String objective = laboratory.studied().objective();
        int domain = corpus.domains().indexOf(objective);
        Map<String, Long> shown = new HashMap<>(); // tokens of the objective, the same for all seeds
        for (String method : target.methods()) {
            Exposure exposure = Exposure.of(corpus, settings, schedules.get(method));
            shown.put(method, exposure.tokens().get(domain));
        }
        List<Result> results = new ArrayList<>();
        for (TargetRun.Group together : target.groups(folder)) {
            try (Training trained = target.trained(folder, together)) {
                double[] losses = trained.validationLosses(domain, Integer.MAX_VALUE);
                for (int k = 0; k < together.methods().size(); k++) {
                    if (!trained.diverged(k)) {
                        String method = together.methods().get(k);
                        Arm arm = group.arms().get(method);
                        results.add(new Result(
                                piece,
                                laboratory.studied().name(),
                                group.shape(),
                                group.sweep(),
                                method,
                                together.seed(),
                                objective,
                                shown.get(method) / (double) settings.tokens(),
                                losses[k],
                                arm.predicted(),
                                arm.schedule()));
                    }
                }
            }
        }
        return results;
    }
}
