package io.regmixd.planning;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.trajectory.Trajectories;
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

    /// What practitioners do with good scarce text (MiniCPM, arXiv 2404.06395, section 5; Llama 3, arXiv
    /// 2407.21783, section 3.4.3): the natural mixture, and in the last stage, where the learning rate decays, all
    /// that is left of the objective's text.
    ///
    /// The supplies hold ([Problem#epochs]); bounds per stage do not for scarce text, since no prediction is made
    /// that would have to be trusted. Text that is not scarce is shown as much as its bound allows.
    ///
    /// @throws IllegalArgumentException if the mixture is over other domains than the problem
    static Planner annealing(Mixture natural, Problem problem) {
        return new Annealing(natural, problem);
    }

    /// RegMix (arXiv 2407.01492, section 3, and its published notebook): one mixture throughout, the mean of
    /// the 128 candidates with the lowest predicted final loss.
    ///
    /// @param candidates at least 128 over the model's domains; the notebook draws 100,000 from a Dirichlet
    ///     distribution about the natural mixture
    /// @throws IllegalArgumentException if the problem or a candidate is over other domains than the model, or
    ///     the candidates are too few
    static Planner regMix(MixtureLossModel model, Problem problem, List<Mixture> candidates) {
        return regMix(model, problem, candidates, Care.NONE);
    }

    /// The same with care: against an upper quantile of the prediction, near a mixture, or both.
    ///
    /// @throws IllegalArgumentException as [#regMix(MixtureLossModel, Problem, List)]
    static Planner regMix(MixtureLossModel model, Problem problem, List<Mixture> candidates, Care care) {
        problem.requireDomains(model.domains());
        return new RegMix(model, problem, new Candidates(candidates, model.domains()), care);
    }

    /// A mixture per stage, stage after stage, each the mean of the 128 candidates with the lowest predicted
    /// objective after that stage; no stage gives way for a later one.
    ///
    /// @param candidates at least 128 over the model's domains; the paper draws 100,000
    /// @throws IllegalArgumentException if the problem or a candidate is over other domains than the model, or
    ///     the candidates are too few
    static RegMixD greedy(TransitionModel model, Problem problem, List<Mixture> candidates) {
        return RegMixD.of(model, problem, new Greedy(new Candidates(candidates, model.domains())));
    }

    /// A mixture per stage, all stages at once: the schedule with the lowest predicted objective at the end that
    /// the cross-entropy method finds. It needs no candidates, so bound the problem ([Problem#within]): it
    /// finds what the model is most wrong about, too.
    ///
    /// @param seed fixes the search's random numbers
    /// @throws IllegalArgumentException if the problem is over other domains than the model
    static RegMixD lookAhead(TransitionModel model, Problem problem, long seed) {
        return RegMixD.of(model, problem, new LookAhead(seed, LookAhead.ROUNDS));
    }

    /// RegMix-D to the letter (arXiv 2606.18663, Algorithms 1 and 2), to compare with.
    ///
    /// With S stages there are N = S - 1 switch points. One regression of the objective's loss after a stage on
    /// the stage, the bare weights, and the objective's loss before the stage, on the N last stages of every
    /// proxy (M x N rows). The first stage trains on the natural mixture. Offline starts from the proxies' mean
    /// loss after it and feeds predictions forward; online starts from the target's loss times the ratio of the
    /// sizes to the power of 0.05. Each mixture is the mean of the 128 best candidates. No other loss than the
    /// objective's is used, and none is predicted.
    ///
    /// What the paper leaves open is chosen so: the logged steps are the ends of the stages; the candidates are
    /// the caller's, and the paper draws 100,000 from a Dirichlet distribution about the natural mixture.
    ///
    /// @param trajectories proxies on constant mixtures, as the paper's
    /// @param regressor    the paper has LightGBM
    /// @param natural      what the first stage trains on
    /// @param sizes        parameters of the target over those of a proxy; the paper has 1,000
    /// @throws IllegalArgumentException if the domains differ, there are fewer than two stages or completed
    ///     runs, or the candidates are too few
    /// @throws InterruptedException     if the thread is interrupted while it fits
    static OnlinePlanner published(
            Trajectories trajectories,
            Problem problem,
            Regressor regressor,
            Mixture natural,
            List<Mixture> candidates,
            double sizes,
            long seed)
            throws InterruptedException {
        return new PaperRegMixD(
                trajectories,
                problem,
                regressor,
                natural,
                new Candidates(candidates, trajectories.domains()),
                sizes,
                seed);
    }

    private static Planner constant(String name, Mixture mixture) {
        return new Planner() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Plan plan(int stages, Progress progress) {
                Plan.requireStages(stages);
                return Plan.withoutPrediction(name, MixtureSchedule.constant(mixture, stages));
            }
        };
    }
}
