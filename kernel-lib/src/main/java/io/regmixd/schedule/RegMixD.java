package io.regmixd.schedule;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.TransitionModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// RegMix-D's offline planner (arXiv 2606.18663, Algorithm 1): stage after stage, the mean of the 128
/// candidates with the lowest predicted loss of the objective after the stage, and the losses predicted for
/// that mean are what the next stage starts from. Greedy: no stage gives way for a later one.
///
/// Departures from the paper: the losses of all domains are fed forward, where the paper follows the objective
/// alone; and the first stage is chosen like the others, starting at the mean losses of the untrained proxies.
/// The paper's first logged step lies behind the first stage, so that it cannot choose there and trains on the
/// natural mixture; [#firstStageNatural(Mixture)] does that.
public final class RegMixD implements Planner {

    private final TransitionModel model;
    private final int objective;
    private final Candidates candidates;
    private final Optional<Mixture> first;

    private RegMixD(TransitionModel model, int objective, Candidates candidates, Optional<Mixture> first) {
        this.model = model;
        this.objective = objective;
        this.candidates = candidates;
        this.first = first;
    }

    static RegMixD of(TransitionModel model, String objective, List<Mixture> candidates) {
        return new RegMixD(
                model,
                Candidates.domain(objective, model.domains()),
                new Candidates(candidates, model.domains()),
                Optional.empty());
    }

    /// The paper's choice: the first stage trains on the natural mixture, and choosing begins with the second.
    /// The losses after the first stage are those predicted for the natural mixture, where the paper takes the
    /// proxies' mean.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains than the model
    public RegMixD firstStageNatural(Mixture natural) {
        natural.requireDomains(model.domains());
        return new RegMixD(model, objective, candidates, Optional.of(natural));
    }

    @Override
    public String name() {
        return first.isPresent() ? "RegMix-D offline, first stage natural" : "RegMix-D offline";
    }

    /// @throws IllegalArgumentException if the proxies had another number of stages
    @Override
    public Plan plan(int stages, Progress progress) throws InterruptedException {
        if (stages != model.stages()) {
            throw new IllegalArgumentException("a schedule of " + stages + " stages, but the proxies had "
                    + model.stages() + ": plan and sweep with the same number of stages");
        }
        List<Mixture> chosen = new ArrayList<>();
        List<double[]> losses = new ArrayList<>(List.of(model.initialLosses()));
        for (int s = 0; s < stages; s++) {
            int stage = s;
            double[] before = losses.getLast();
            Mixture mixture = s == 0 && first.isPresent()
                    ? first.get()
                    : candidates.meanOfBest(
                            mixtures -> model.next(stage, mixtures, before, objective),
                            fraction -> progress.update(
                                    "Planning by RegMix-D",
                                    (stage + fraction) / stages,
                                    "stage " + (stage + 1) + " of " + stages));
            chosen.add(mixture);
            losses.add(model.next(stage, List.of(mixture), before)[0]);
        }
        return Plan.withLosses(name(), new MixtureSchedule(chosen), losses);
    }
}
