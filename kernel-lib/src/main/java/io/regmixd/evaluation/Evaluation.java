package io.regmixd.evaluation;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.store.ArrowFile;
import io.regmixd.store.Provenance;
import io.regmixd.training.TargetRun;
import io.regmixd.training.Training;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// Validation losses of trained targets by method and seed, each on all validation text of every domain. While they
/// train, targets are measured on a part of it, after every stage.
///
/// @param domains   the domains, in the order of every loss vector
/// @param tokensPerByte how many tokens the validation text of each domain has for a byte in UTF-8
/// @param objective the domain that the schedules were planned for
/// @param methods   the methods compared, in the order of tables and plots
/// @param scores    one per trained target; a diverged one has none
public record Evaluation(
        List<String> domains, List<Double> tokensPerByte, String objective, List<String> methods, List<Score> scores) {

    private static final String STEP = "Evaluating targets";

    /// The losses of one target.
    ///
    /// @param lossesNats mean loss of each domain, nats per token
    public record Score(String method, long seed, List<Double> lossesNats) {}

    /// Measures the targets of `folder`, or reads what an earlier session measured of these
    /// very models.
    ///
    /// @param folder where the trained targets lie; the result is left there as `evaluation.arrow`
    /// @throws IOException          if a file of the folder is damaged or missing, or cannot be written
    /// @throws InterruptedException if the thread is interrupted between two seeds
    public static Evaluation of(Corpus corpus, TargetRun target, Path folder, Progress progress)
            throws IOException, InterruptedException {
        Path file = folder.resolve("evaluation.arrow");
        Provenance provenance = target.provenanceOfTrained(folder)
                .with("corpus", corpus.fingerprint())
                .with("text", "all of the validation sets");
        Optional<ArrowFile> earlier = Files.exists(file) ? Optional.of(ArrowFile.read(file)) : Optional.empty();
        boolean measured = earlier.isPresent() && provenance.isOf(earlier.get().metadata());
        List<Score> scores = measured ? read(earlier.get().table()) : measure(corpus, target, folder, progress);
        List<Double> tokensPerByte = IntStream.range(0, corpus.domains().size())
                .mapToObj(corpus::tokensPerByte)
                .toList();
        Evaluation evaluation =
                new Evaluation(corpus.domains(), tokensPerByte, corpus.objective(), target.methods(), scores);
        if (!measured) {
            ArrowFile.write(file, evaluation.table(), provenance.metadata());
        }
        progress.update(STEP, 1, scores.size() + " targets, " + corpus.domains().size() + " domains");
        return evaluation;
    }

    private static List<Score> measure(Corpus corpus, TargetRun target, Path folder, Progress progress)
            throws IOException, InterruptedException {
        int domains = corpus.domains().size();
        List<TargetRun.Group> groups = target.groups(folder);
        int all = groups.size() * domains;
        int done = 0;
        List<Score> scores = new ArrayList<>();
        for (TargetRun.Group group : groups) {
            try (Training models = target.trained(folder, group)) {
                double[][] losses = new double[domains][];
                for (int d = 0; d < domains; d++) {
                    progress.update(
                            STEP,
                            done++ / (double) all,
                            "seed " + group.seed() + ", " + corpus.domains().get(d));
                    losses[d] = models.validationLosses(d, Integer.MAX_VALUE);
                }
                List<Trajectory> trajectories = models.trajectories();
                for (int m = 0; m < trajectories.size(); m++) {
                    int model = m;
                    if (trajectories.get(m).completed()) {
                        List<Double> ofModel = Arrays.stream(losses)
                                .map(domain -> domain[model])
                                .toList();
                        scores.add(new Score(group.methods().get(m), group.seed(), ofModel));
                    }
                }
            }
        }
        return scores;
    }

    /// Long format, one row per target and domain: `method, seed, domain, loss_nats, bits_per_byte`.
    public Table table() {
        StringColumn method = StringColumn.create("method");
        LongColumn seed = LongColumn.create("seed");
        StringColumn domain = StringColumn.create("domain");
        DoubleColumn loss = DoubleColumn.create("loss_nats");
        DoubleColumn bits = DoubleColumn.create("bits_per_byte");
        for (Score score : scores) {
            for (int d = 0; d < domains.size(); d++) {
                method.append(score.method());
                seed.append(score.seed());
                domain.append(domains.get(d));
                loss.append(score.lossesNats().get(d));
                bits.append(bitsPerByte(domains.get(d), score.lossesNats().get(d)));
            }
        }
        return Table.create("evaluation", method, seed, domain, loss, bits);
    }

    private static List<Score> read(Table table) {
        List<Score> scores = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (int i = 0; i < table.rowCount(); i++) {
            Row row = table.row(i);
            if (seen.add(TargetRun.name(row.getString("method"), row.getLong("seed")))) {
                scores.add(new Score(row.getString("method"), row.getLong("seed"), new ArrayList<>()));
            }
            scores.getLast().lossesNats().add(row.getDouble("loss_nats"));
        }
        return scores;
    }

    /// A loss in nats per token as bits per byte of text, which models with different vocabularies share.
    double bitsPerByte(String domain, double lossNats) {
        return lossNats * tokensPerByte.get(domains.indexOf(domain)) / Math.log(2);
    }

    /// The scores of one method, one per seed that finished, in the order of the seeds.
    List<Score> of(String method) {
        return scores.stream().filter(score -> score.method().equals(method)).toList();
    }
}
