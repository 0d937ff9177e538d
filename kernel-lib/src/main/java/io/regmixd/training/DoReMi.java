package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// DoReMi (Xie et al., arXiv 2305.10429, algorithm 1), to compare with: one mixture that is good for the domain
/// which is worst off, whatever the objective.
///
/// A reference model is trained on a given mixture. Then a proxy of the same size is trained, whose mixture moves
/// towards the domains where its loss exceeds the reference's: each weight is multiplied by the exponential of the
/// excess loss, where that is positive, and mixed with a thousandth of the uniform mixture. The result is the mean of
/// these mixtures over the training.
///
/// Different from the paper: the weights move up to 25 times, not at every step. The excess loss of a domain is
/// measured on its held-out text and clipped as a whole, not token by token. The proxy draws its text by the weights,
/// where the paper weights the loss of text that was drawn evenly, which is the same in the mean.
public final class DoReMi {

    private static final int MOST_UPDATES = 25;
    private static final double STEP_SIZE = 1;
    private static final double SMOOTHING = 1e-3;

    private DoReMi() {}

    /// Trains the two models, or goes on with them, and tells the mixture.
    ///
    /// @param proxies   how both are trained; its stages do not count
    /// @param reference what the reference model is trained on; the paper has the natural mixture
    /// @param seed      of both models
    /// @param folder    of its own, where both are kept
    /// @throws IOException           if a file there is damaged or of other settings, or cannot be written
    /// @throws IllegalStateException if a model diverges
    /// @throws InterruptedException  if the thread is interrupted; the state is saved first
    public static Mixture mixture(
            Corpus corpus, TrainingSettings proxies, Mixture reference, long seed, Path folder, Progress progress)
            throws IOException, InterruptedException {
        reference.requireDomains(corpus.domains());
        TrainingSettings settings = proxies.withStages(updates(proxies.steps()));
        MixtureSchedule throughout = MixtureSchedule.constant(reference, settings.stages());
        TargetRun first = TargetRun.of(corpus, settings, Map.of("reference", throughout), List.of(seed));
        Trajectory trained = run(first, folder.resolve("reference"), progress);
        double[] losses = trained.losses(settings.stages());
        TargetRun second = TargetRun.of(corpus, settings, Map.of(), List.of(seed))
                .online("DoReMi", (soFar, stages, _) -> schedule(soFar, stages, corpus.domains(), losses));
        return Mixture.mean(mixtures(run(second, folder.resolve("proxy"), progress), losses));
    }

    private static Trajectory run(TargetRun target, Path folder, Progress progress)
            throws IOException, InterruptedException {
        Trajectory run =
                target.train(Files.createDirectories(folder), progress).runs().getFirst();
        if (!run.completed()) {
            throw new IllegalStateException("the " + run.run() + " of DoReMi diverged at step "
                    + run.divergedAt().getAsInt() + ": lower the learning rate");
        }
        return run;
    }

    /// As many as divide the steps.
    private static int updates(int steps) {
        int updates = Math.min(MOST_UPDATES, steps);
        while (steps % updates != 0) {
            updates--;
        }
        return updates;
    }

    private static MixtureSchedule schedule(
            Optional<Trajectory> soFar, int stages, List<String> domains, double[] reference) {
        if (soFar.isEmpty()) {
            return MixtureSchedule.constant(Mixture.uniform(domains), stages);
        }
        List<Mixture> schedule = new ArrayList<>(soFar.get().schedule().stages());
        Mixture next = mixtures(soFar.get(), reference).getLast();
        while (schedule.size() < stages) {
            schedule.add(next);
        }
        return new MixtureSchedule(schedule);
    }

    /// The mixture after each stage of a proxy's training.
    ///
    /// @param reference losses of the reference model, one per domain
    static List<Mixture> mixtures(Trajectory proxy, double[] reference) {
        List<String> domains = proxy.schedule().domains();
        double[] weights = Mixture.uniform(domains).weights();
        List<Mixture> mixtures = new ArrayList<>();
        for (int stage = 1; stage < proxy.rows(); stage++) {
            double[] losses = proxy.losses(stage);
            for (int d = 0; d < weights.length; d++) {
                weights[d] *= Math.exp(STEP_SIZE * Math.max(0, losses[d] - reference[d]));
            }
            double sum = Arrays.stream(weights).sum();
            double[] moved = weights;
            Arrays.setAll(weights, d -> (1 - SMOOTHING) * moved[d] / sum + SMOOTHING / moved.length);
            mixtures.add(Mixture.of(domains, weights));
        }
        return mixtures;
    }
}
