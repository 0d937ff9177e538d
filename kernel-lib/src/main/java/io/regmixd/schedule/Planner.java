package io.regmixd.schedule;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.TransitionModel;
import java.util.List;

/// A way to choose the schedule of the target.
public interface Planner {

    /// What tables and plots call it.
    String name();

    /// @param stages how many stages the schedule has, at least 1
    /// @throws IllegalArgumentException if the planner cannot plan this number of stages
    /// @throws InterruptedException     if the thread is interrupted meanwhile
    Plan plan(int stages, Progress progress) throws InterruptedException;

    /// The natural mixture throughout: each domain as often as its text is there. The paper's Human.
    static Planner human(Mixture natural) {
        return constant("Human", natural);
    }

    /// The same weight for every domain throughout.
    static Planner uniform(List<String> domains) {
        return constant("Uniform", Mixture.uniform(domains));
    }

    /// RegMix (arXiv 2407.01492, section 3, and its published notebook): one mixture throughout, the mean of
    /// the 128 candidates with the lowest predicted final loss.
    ///
    /// @param objective  the domain whose loss is to be low
    /// @param candidates at least 128 over the model's domains; the notebook draws 100,000 from a Dirichlet
    ///     distribution about the natural mixture
    /// @throws IllegalArgumentException if there is no such domain, or the candidates are too few or over other
    ///     domains
    static Planner regMix(MixtureLossModel model, String objective, List<Mixture> candidates) {
        return new RegMix(
                model, Candidates.domain(objective, model.domains()), new Candidates(candidates, model.domains()));
    }

    /// RegMix-D, offline (arXiv 2606.18663, Algorithm 1): a mixture a stage, chosen before the target is
    /// trained.
    ///
    /// @param objective  the domain whose loss is to be low
    /// @param candidates at least 128 over the model's domains; the paper draws 100,000
    /// @throws IllegalArgumentException if there is no such domain, or the candidates are too few or over other
    ///     domains
    static RegMixD regMixD(TransitionModel model, String objective, List<Mixture> candidates) {
        return RegMixD.of(model, objective, candidates);
    }

    private static Planner constant(String name, Mixture mixture) {
        return new Planner() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Plan plan(int stages, Progress progress) {
                if (stages < 1) {
                    throw new IllegalArgumentException("a schedule of " + stages + " stages, expected at least 1");
                }
                return Plan.withoutPrediction(name, MixtureSchedule.constant(mixture, stages));
            }
        };
    }
}
