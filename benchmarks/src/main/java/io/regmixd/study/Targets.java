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
    record Arm(String method, MixtureSchedule schedule, double predicted) {

        static Arm of(String method, MixtureSchedule schedule) {
            return new Arm(method, schedule, Double.NaN);
        }
    }

    /// Arms that are trained side by side.
    ///
    /// @param shape of the learning rate, in words
    /// @param sweep of the arms' plans, 0 where they are from none
    record Group(String shape, TrainingSettings settings, int sweep, List<Arm> arms) {}

    /// One result per arm and seed that did not diverge. What `folder` holds already is not trained again.
    static List<Result> train(String piece, Laboratory laboratory, Group group, Path folder, Progress progress)
            throws IOException, InterruptedException {
        Corpus corpus = laboratory.corpus();
        TrainingSettings settings = group.settings();
        List<Arm> arms = group.arms();
        Map<String, MixtureSchedule> schedules = new LinkedHashMap<>();
        arms.forEach(arm -> schedules.put(arm.method(), arm.schedule()));
        List<Long> seeds =
                LongStream.rangeClosed(1, laboratory.size().seeds()).boxed().toList();
        TargetRun target = TargetRun.of(corpus, settings, schedules, seeds);
        target.train(Files.createDirectories(folder), progress);

        String objective = laboratory.studied().objective();
        int domain = corpus.domains().indexOf(objective);
        List<Exposure> exposures = arms.stream()
                .map(arm -> Exposure.of(corpus, settings, arm.schedule()))
                .toList(); // the same for all seeds
        List<Result> results = new ArrayList<>();
        for (TargetRun.Group together : target.groups(folder)) {
            try (Training trained = target.trained(folder, together)) {
                double[] losses = trained.validationLosses(domain, Integer.MAX_VALUE);
                for (int k = 0; k < together.methods().size(); k++) {
                    if (!trained.diverged(k)) {
                        int place = target.methods().indexOf(together.methods().get(k));
                        Arm arm = arms.get(place);
                        results.add(new Result(
                                piece,
                                laboratory.studied().name(),
                                group.shape(),
                                group.sweep(),
                                arm.method(),
                                together.seed(),
                                objective,
                                exposures.get(place).tokens().get(domain) / (double) settings.tokens(),
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
