package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.engine.Llama;
import io.regmixd.store.LedgerFile;
import io.regmixd.store.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// What each step of a group of runs showed, a row per step and run: `step, run, loss_nats, gradient_norm,
/// learning_rate, tokens_per_second, utilisation`, and per domain `tokens_DOMAIN`, the predicted tokens of it that the
/// run has trained on so far. A run that has diverged has no rows from then on, and no row has a
/// number that is not finite.
///
/// It is written before each saved state, so that a training which goes on from one finds all steps up to it, and
/// drops those after it: none is missing and none is there twice, however often training was killed.
final class MetricsFile {

    private static final String REMEDY = "Delete it: later steps make a new one.";

    private final LedgerFile file;
    private final List<String> runs;
    private final IntColumn step = IntColumn.create("step");
    private final StringColumn run = StringColumn.create("run");
    private final DoubleColumn loss = DoubleColumn.create("loss_nats");
    private final DoubleColumn gradientNorm = DoubleColumn.create("gradient_norm");
    private final DoubleColumn learningRate = DoubleColumn.create("learning_rate");
    private final DoubleColumn tokensPerSecond = DoubleColumn.create("tokens_per_second");
    private final DoubleColumn utilisation = DoubleColumn.create("utilisation");
    private final List<LongColumn> tokens;

    private MetricsFile(LedgerFile file, List<String> runs, List<String> domains) {
        this.file = file;
        this.runs = List.copyOf(runs);
        this.tokens = domains.stream()
                .map(domain -> LongColumn.create("tokens_" + domain))
                .toList();
    }

    /// The metrics of a training that stands after a step. A file that is damaged or of another training is no
    /// reason to stop: it is told, and made anew.
    ///
    /// @param runs    their names, in the order of the group; rows of other runs stay as they are
    /// @param earlier those of groups before this one: their rows are lost with a file that is made anew
    /// @param domains of the corpus
    /// @param taken steps; later ones that the file has of these runs are dropped
    static MetricsFile open(
            Path path,
            Provenance provenance,
            List<String> runs,
            List<String> earlier,
            List<String> domains,
            int taken,
            Progress progress)
            throws IOException {
        Provenance columns = provenance.with("tokens_of", domains); // files of earlier versions have none
        LedgerFile file;
        try {
            file = LedgerFile.open(path, columns, REMEDY);
        } catch (IOException e) {
            String lost = earlier.isEmpty() ? "" : ", with none of " + String.join("; ", earlier);
            progress.update(
                    "Reading metrics", 1, "making them anew from step " + (taken + 1) + lost + ": " + e.getMessage());
            Files.delete(path);
            file = LedgerFile.open(path, columns, REMEDY);
        }
        MetricsFile metrics = new MetricsFile(file, runs, domains);
        file.saved().ifPresent(saved -> metrics.keep(saved, taken));
        return metrics;
    }

    private void keep(Table saved, int taken) {
        Table kept = saved.where(saved.intColumn(step.name())
                .isLessThanOrEqualTo(taken)
                .or(saved.stringColumn(run.name()).isNotIn(runs)));
        step.append(kept.intColumn(step.name()));
        run.append(kept.stringColumn(run.name()));
        for (DoubleColumn column : List.of(loss, gradientNorm, learningRate, tokensPerSecond, utilisation)) {
            column.append(kept.doubleColumn(column.name()));
        }
        for (LongColumn column : tokens) {
            column.append(kept.longColumn(column.name()));
        }
    }

    /// Kept with the next [#write()].
    void add(Training.Metrics shown) {
        for (int k = 0; k < runs.size(); k++) {
            Llama.Step ofRun = shown.runs().get(k);
            if (ofRun.finite() && Double.isFinite(shown.learningRate())) {
                step.append(shown.step());
                run.append(runs.get(k));
                loss.append(ofRun.loss());
                gradientNorm.append(ofRun.gradientNorm());
                learningRate.append(shown.learningRate());
                tokensPerSecond.append(shown.tokensPerSecond());
                utilisation.append(shown.utilisation());
                for (int d = 0; d < tokens.size(); d++) {
                    tokens.get(d).append(shown.tokens().get(k).get(d));
                }
            }
        }
    }

    void write() throws IOException {
        Table table =
                Table.create("metrics", step, run, loss, gradientNorm, learningRate, tokensPerSecond, utilisation);
        file.write(table.addColumns(tokens.toArray(LongColumn[]::new)));
    }
}
