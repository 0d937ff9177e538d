package io.regmixd.study;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.planning.Plan;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.regression.TransitionModel;
import io.regmixd.training.DoReMi;
import io.regmixd.training.ProxySweep;
import io.regmixd.training.TrainingSettings;
import io.regmixd.trajectory.Trajectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Sweeps and plans of one problem.
final class Laboratory {

    private static final double PEAK = 4e-3; // of the proxies' learning rate

    private final StudyProblem studied;
    private final Corpus corpus;
    private final Size size;
    private final Path runs;
    private final Progress progress;
    private final DirichletDesign design;
    private final DirichletDesign reaching;
    private final Problem problem;
    private final Map<Integer, Plan> lookAheads = new HashMap<>(); // by sweep; controls ask for them again
    private final Problem freely; // no bound per stage on the objective

    /// @param corpus with as much of the objective's text as the problem says
    /// @param runs   the folder that sweeps are kept in, so that a study goes on where it stopped
    Laboratory(StudyProblem studied, Corpus corpus, Size size, Path runs, Progress progress) {
        this.studied = studied;
        this.corpus = corpus;
        this.size = size;
        this.runs = runs;
        this.progress = progress;
        design = DirichletDesign.regmix(corpus.natural());
        reaching = design.reaching(studied.objective(), 1);
        problem = studied.problem(corpus, design, target().tokens());
        freely = studied.problem(corpus, reaching, target().tokens());
    }

    StudyProblem studied() {
        return studied;
    }

    Corpus corpus() {
        return corpus;
    }

    Problem problem() {
        return problem;
    }

    Size size() {
        return size;
    }

    /// How targets are trained, with the demo's own shape of the learning rate.
    TrainingSettings target() {
        return TrainingSettings.demoTarget(size.targetSteps(), Size.STAGES).withVocabularyOf(corpus);
    }

    /// RegMix's one mixture, from proxies on constant mixtures.
    Plan regMix(int sweep) throws IOException, InterruptedException {
        return regMix(constant(sweep), sweep);
    }

    private Plan regMix(Trajectories proxies, int sweep) throws InterruptedException {
        MixtureLossModel model = MixtureLossModel.fit(proxies, Regressor.standard(), seed(sweep), progress);
        return Planner.regMix(model, problem, design.candidates(size.candidates(), seed(sweep)))
                .plan(Size.STAGES, progress);
    }

    /// The paper's way, from the same proxies as RegMix.
    Plan greedy(int sweep) throws IOException, InterruptedException {
        TransitionModel model = TransitionModel.fit(constant(sweep), Regressor.standard(), seed(sweep), progress);
        return Planner.greedy(model, problem, design.candidates(size.candidates(), seed(sweep)))
                .plan(Size.STAGES, progress);
    }

    /// From proxies that switch and reach high weights of the objective, within the budget alone.
    Plan lookAhead(int sweep) throws IOException, InterruptedException {
        if (!lookAheads.containsKey(sweep)) {
            lookAheads.put(sweep, lookAhead(switching(sweep, reaching, "reaching"), freely, sweep));
        }
        return lookAheads.get(sweep);
    }

    /// The same from proxies that have no more of the objective than fifteen times its natural share: beyond that the
    /// plan guesses.
    Plan lookAheadBeyond(int sweep) throws IOException, InterruptedException {
        return lookAhead(switching(sweep, design, "switching"), freely, sweep);
    }

    /// The same from those proxies, and no stage of the plan goes beyond them.
    Plan lookAheadBounded(int sweep) throws IOException, InterruptedException {
        return lookAhead(switching(sweep, design, "switching"), problem, sweep);
    }

    private Plan lookAhead(Trajectories proxies, Problem asked, int sweep) throws InterruptedException {
        TransitionModel model = TransitionModel.fit(proxies, Regressor.standard(), seed(sweep), progress);
        return Planner.lookAhead(model, asked, seed(sweep)).plan(Size.STAGES, progress);
    }

    /// The same from proxies whose learning rate falls in the last stage, as the target's does.
    Plan lookAheadDecaying(int sweep) throws IOException, InterruptedException {
        LearningRate rate = LearningRate.warmUpStableDecay(PEAK, size.proxySteps() / 10, 0.2, PEAK / 30);
        Trajectories proxies = switching(proxySettings().with(rate), sweep, reaching, "decaying");
        return lookAhead(proxies, freely, sweep);
    }

    /// RegMix from the first third of its proxies.
    Plan regMixFromFew(int sweep) throws IOException, InterruptedException {
        return regMix(few(constant(sweep)), sweep);
    }

    /// Looking ahead from the first third of its proxies.
    Plan lookAheadFromFew(int sweep) throws IOException, InterruptedException {
        return lookAhead(few(switching(sweep, reaching, "reaching")), freely, sweep);
    }

    /// Looking ahead with a share of the objective's text.
    Plan lookAheadSparing(int sweep, double share) throws IOException, InterruptedException {
        long[] available = corpus.trainTokens();
        int d = corpus.domains().indexOf(studied.objective());
        available[d] = Math.round(share * available[d]);
        Problem sparing = freely.epochs(1, available, target().tokens());
        return lookAhead(switching(sweep, reaching, "reaching"), sparing, sweep);
    }

    private static Trajectories few(Trajectories proxies) {
        return proxies.withRuns(proxies.usable().subList(0, proxies.usable().size() / 3));
    }

    /// DoReMi's one mixture, from models of the proxies' size; it knows of no objective.
    Mixture doReMi() throws IOException, InterruptedException {
        Path folder = Files.createDirectories(runs.resolve(studied.name() + "-doremi"));
        return DoReMi.mixture(corpus, proxySettings(), corpus.natural(), seed(1), folder, progress);
    }

    private Trajectories constant(int sweep) throws IOException, InterruptedException {
        return ProxySweep.of(corpus, proxySettings(), seed(sweep))
                .run(design.sample(size.proxies(), seed(sweep)), ledger("constant", sweep), progress);
    }

    private Trajectories switching(int sweep, DirichletDesign from, String kind)
            throws IOException, InterruptedException {
        return switching(proxySettings(), sweep, from, kind);
    }

    private Trajectories switching(TrainingSettings settings, int sweep, DirichletDesign from, String kind)
            throws IOException, InterruptedException {
        return ProxySweep.of(corpus, settings, seed(sweep))
                .runSchedules(
                        from.sampleSchedules(size.proxies(), Size.STAGES, seed(sweep) + 1),
                        ledger(kind, sweep),
                        progress);
    }

    private TrainingSettings proxySettings() {
        return TrainingSettings.demoProxies(size.proxySteps(), Size.STAGES).withVocabularyOf(corpus);
    }

    private Path ledger(String kind, int sweep) throws IOException {
        Path folder = runs.resolve(String.join("-", studied.name(), kind, "" + sweep, "" + size.proxies()));
        return Files.createDirectories(folder).resolve("sweep.arrow");
    }

    /// Sweeps have mixtures and initial parameters of their own.
    private static long seed(int sweep) {
        return 100L * sweep + 1;
    }
}
