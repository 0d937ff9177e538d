package io.regmixd.planning.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.regmixd.Progress;
import io.regmixd.SyntheticWorld;
import io.regmixd.data.Corpus;
import io.regmixd.data.SmallCorpus;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Plan;
import io.regmixd.planning.Planner;
import io.regmixd.planning.Problem;
import io.regmixd.regression.MixtureLossModel;
import io.regmixd.regression.Regressor;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.RunFolder;
import io.regmixd.training.ProxySweep;
import io.regmixd.training.TrainingSettings;
import io.regmixd.trajectory.Trajectories;
import io.regmixd.trajectory.Trajectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdaptiveSweepTest {

    private static final int DOMAINS = 8;
    private static final Regressor PROCESS = Regressor.gaussianProcess();

    @TempDir
    private Path folder;

    /// Worlds whose best mixture is known; a proxy is the world's formula with noise.
    private record Setting(SyntheticWorld world, DirichletDesign design, Problem problem, long seed) {

        static Setting of(long seed) {
            SyntheticWorld world = new SyntheticWorld(DOMAINS, 1, 0.003, seed);
            DirichletDesign design = DirichletDesign.regmix(world.natural());
            return new Setting(
                    world, design, Problem.minimise("domain0", world.domains()).within(design), seed);
        }

        AdaptiveSweep sweep(int round, int most, double settled) {
            return new AdaptiveSweep(design, problem, PROCESS, round, most, settled, seed);
        }

        /// Every run's noise is its own, whatever is trained with it.
        Trajectories train(List<Mixture> mixtures) {
            Trajectories none = world.train(List.of(), 0);
            return none.withRuns(IntStream.range(0, mixtures.size())
                    .mapToObj(i -> {
                        MixtureSchedule schedule = MixtureSchedule.constant(mixtures.get(i), 1);
                        Trajectory run = world.train(List.of(schedule), 100 * seed + i)
                                .runs()
                                .getFirst();
                        return new Trajectory(
                                "run" + i,
                                schedule,
                                new double[][] {run.losses(0), run.losses(1)},
                                OptionalInt.empty());
                    })
                    .toList());
        }

        double regret(Plan plan) {
            double best = world.losses(MixtureSchedule.constant(world.bestMixture(0), 1))[1][0];
            return world.losses(plan.schedule())[1][0] - best;
        }
    }

    @Tag("slow")
    @Test
    void itsPlanIsBetterThanThatOfAsManyRandomMixturesOnAverage() throws Exception {
        double adaptive = 0;
        double random = 0;
        for (long seed = 1; seed <= 6; seed++) {
            Setting setting = Setting.of(seed);
            AdaptiveSweep.Outcome outcome = setting.sweep(8, 32, 0)
                    .run((mixtures, ledger, progress) -> setting.train(mixtures), file(seed), Progress.SILENT);
            assertThat(outcome.trajectories().runs()).hasSize(32);
            assertThat(outcome.settled()).isFalse();
            adaptive += setting.regret(outcome.plan()) / 6;

            Trajectories runs = setting.train(setting.design().sample(32, seed));
            random += setting.regret(Planner.regMix(
                                    MixtureLossModel.fit(runs, PROCESS, seed, Progress.SILENT),
                                    setting.problem(),
                                    setting.design().candidates(100_000, seed))
                            .plan(1, Progress.SILENT))
                    / 6;
        }
        assertThat(adaptive).as("random has " + random).isLessThan(0.8 * random);
    }

    private Path file(long seed) {
        return folder.resolve("sweep-" + seed + ".arrow");
    }

    /// What losses do not depend on teaches nothing.
    @Test
    void endsAfterThreeRoundsWhereNothingChanges() throws Exception {
        Setting setting = Setting.of(1);
        List<String> told = new ArrayList<>();
        AdaptiveSweep.Outcome outcome = setting.sweep(8, 80, 0.1)
                .run(
                        (mixtures, ledger, progress) -> flat(setting.train(mixtures)),
                        file(1),
                        (step, fraction, message) -> told.add(step + " " + fraction + " " + message));
        assertThat(outcome.settled()).isTrue();
        assertThat(outcome.proxies()).containsExactly(8, 16, 24);
        assertThat(outcome.table().doubleColumn("change").asList().subList(1, 3))
                .containsExactly(0.0, 0.0);
        assertThat(told)
                .last()
                .isEqualTo("Adaptive sweep 1.0 24 proxies in 3 rounds, the plan is settled (by 0.00 last)");
    }

    private static Trajectories flat(Trajectories runs) {
        double[] same = {3, 3, 3, 3, 3, 3, 3, 3};
        return runs.withRuns(runs.runs().stream()
                .map(run -> new Trajectory(run.run(), run.schedule(), new double[][] {same, same}, OptionalInt.empty()))
                .toList());
    }

    @Test
    void theRuleAsksForTwoSmallChangesRunning() {
        List<Plan> plans = IntStream.of(50, 50, 60, 62, 61)
                .mapToObj(percent -> Plan.withoutPrediction(
                        "RegMix",
                        MixtureSchedule.constant(
                                Mixture.of(List.of("a", "b"), percent / 100.0, 1 - percent / 100.0), 2)))
                .toList();
        assertThat(AdaptiveSweep.change(plans.get(1), plans.get(2))).isCloseTo(0.2, within(1e-12));
        assertThat(IntStream.rangeClosed(1, 5).mapToObj(rounds -> AdaptiveSweep.settled(plans.subList(0, rounds), 0.1)))
                .containsExactly(false, false, false, false, true);
    }

    /// The second session fits otherwise, as another machine would; the round that was stopped is trained as
    /// written.
    @Test
    void stoppedMidwayItGoesOnWithTheMixturesWritten() throws Exception {
        Setting setting = Setting.of(2);
        List<List<Mixture>> asked = new ArrayList<>();
        AdaptiveSweep sweep = setting.sweep(8, 32, 0);
        assertThatThrownBy(() -> sweep.run(
                        (mixtures, ledger, progress) -> {
                            asked.add(mixtures);
                            if (mixtures.size() == 24) {
                                throw new InterruptedException("stopped");
                            }
                            return setting.train(mixtures);
                        },
                        file(2),
                        Progress.SILENT))
                .isInstanceOf(InterruptedException.class);
        AdaptiveSweep elsewhere =
                new AdaptiveSweep(sweep.design(), sweep.problem(), Regressor.standard(), 8, 32, 0, setting.seed());
        elsewhere.run(
                (mixtures, ledger, progress) -> {
                    asked.add(mixtures);
                    return setting.train(mixtures);
                },
                file(2),
                Progress.SILENT);

        assertThat(asked.stream().map(List::size)).containsExactly(8, 16, 24, 24, 32);
        assertThat(asked.get(3)).isEqualTo(asked.get(2));
        assertThat(asked.get(4).subList(0, 24)).isEqualTo(asked.get(2));
    }

    @Test
    void onOneMachineAStoppedSweepComesToTheSamePlanAndAFinishedOneTrainsNothing() throws Exception {
        Setting setting = Setting.of(3);
        AdaptiveSweep sweep = setting.sweep(8, 28, 0);
        AdaptiveSweep.Sweep proxies = (mixtures, ledger, progress) -> setting.train(mixtures);
        AdaptiveSweep.Outcome undisturbed = sweep.run(proxies, folder.resolve("undisturbed.arrow"), Progress.SILENT);
        assertThat(undisturbed.proxies()).containsExactly(8, 16, 24, 28);

        setting.sweep(8, 16, 0).run(proxies, file(3), Progress.SILENT); // and then more
        AdaptiveSweep.Outcome resumed = sweep.run(proxies, file(3), Progress.SILENT);
        assertThat(resumed.plans().stream().map(Plan::schedule))
                .isEqualTo(undisturbed.plans().stream().map(Plan::schedule).toList());

        List<Integer> asked = new ArrayList<>();
        sweep.run(
                (mixtures, ledger, progress) -> {
                    asked.add(mixtures.size());
                    return setting.train(mixtures);
                },
                file(3),
                Progress.SILENT);
        assertThat(asked).containsExactly(28);
    }

    @Test
    void aSweepWaitsForTheOneThatStillProposesIntoItsFolder() throws Exception {
        Setting setting = Setting.of(1);
        CountDownLatch waits = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<AdaptiveSweep.Outcome> second;
            try (Closeable _ = RunFolder.hold(folder, Progress.SILENT)) {
                second = other.submit(() -> setting.sweep(8, 8, 0)
                        .run(
                                (mixtures, ledger, progress) -> {
                                    order.add("second");
                                    return flat(setting.train(mixtures));
                                },
                                file(1),
                                (step, done, message) -> waits.countDown()));
                waits.await();
                assertThat(Files.exists(folder.resolve("sweep-1-design.arrow"))).isFalse();
                order.add("first");
            }
            second.get();
        }
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void theDesignOfAnotherSweepIsRefusedByName() throws Exception {
        Setting setting = Setting.of(1);
        AdaptiveSweep.Sweep proxies = (mixtures, ledger, progress) -> flat(setting.train(mixtures));
        setting.sweep(8, 8, 0).run(proxies, file(1), Progress.SILENT);
        assertThatThrownBy(() -> setting.sweep(9, 9, 0).run(proxies, file(1), Progress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sweep-1-design.arrow belongs to another plan: round is 8 there, and now 9")
                .hasMessageContaining("a run folder of its own");
        assertThatThrownBy(() -> setting.sweep(7, 70, 0)).hasMessageContaining("at least 8");
        assertThatThrownBy(() -> setting.sweep(8, 7, 0)).hasMessageContaining("at least a round");
    }

    @Test
    void constraintsHoldInEveryMixtureProposed() throws Exception {
        Setting setting = Setting.of(4);
        AdaptiveSweep sweep = new AdaptiveSweep(
                setting.design(),
                setting.problem().weight("domain3", 0.1, 0.4).without("domain5"),
                PROCESS,
                8,
                24,
                0,
                4);
        AdaptiveSweep.Outcome outcome =
                sweep.run((mixtures, ledger, progress) -> setting.train(mixtures), file(4), Progress.SILENT);
        for (Trajectory run : outcome.trajectories().runs().subList(8, 24)) {
            Mixture mixture = run.schedule().mean();
            assertThat(mixture.weight(3)).isBetween(0.1 - 1e-6, 0.4 + 1e-6);
            assertThat(mixture.weight(5)).isZero();
            assertThat(mixture.weight(0)).isLessThanOrEqualTo(setting.design().upperBound(0) + 1e-6);
        }
    }

    /// Real proxies: the ledger takes each longer design for a continuation of the one before, to the last
    /// bit of every weight, and a second session trains nothing again.
    @Test
    void aProxySweepGrowsByTheRoundsThatAreProposed() throws Exception {
        Corpus corpus = SmallCorpus.in(folder.resolve("corpus"));
        TrainingSettings settings = new TrainingSettings(
                new LlamaConfig(1, 2, 16, 32, 256), 32, 4, 4, 2, LearningRate.constant(1e-3, 2), 0.1, 64);
        DirichletDesign design = DirichletDesign.regmix(corpus.natural());
        Problem problem = Problem.minimise(corpus.objective(), corpus.domains()).within(design);
        AdaptiveSweep adaptive = new AdaptiveSweep(design, problem, PROCESS, 8, 20, 0, 5);
        Path ledger = folder.resolve("sweep.arrow");
        ProxySweep proxies = ProxySweep.of(corpus, settings, 7);
        AdaptiveSweep.Outcome outcome = adaptive.run(proxies::run, ledger, Progress.SILENT);
        assertThat(outcome.proxies()).containsExactly(8, 16, 20);

        var written = ArrowFile.read(folder.resolve("sweep-design.arrow")).table();
        assertThat(written.columnNames()).containsExactly("round", "proxy", "domain", "weight");
        assertThat(written.rowCount()).isEqualTo(20 * 3);
        ProxySweep again = ProxySweep.of(corpus, settings, 7);
        AdaptiveSweep.Outcome second = adaptive.run(again::run, ledger, Progress.SILENT);
        assertThat(again.trainingSeconds()).isZero();
        assertThat(second.plan().schedule()).isEqualTo(outcome.plan().schedule());
    }
}
