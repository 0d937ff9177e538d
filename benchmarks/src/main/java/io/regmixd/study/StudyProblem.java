package io.regmixd.study;

import io.regmixd.Progress;
import io.regmixd.data.Corpus;
import io.regmixd.data.Manifest;
import io.regmixd.mixture.DirichletDesign;
import io.regmixd.planning.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// What the planners of a study are asked for, and the text that there is.
///
/// @param name        in the results
/// @param objective   the domain whose loss is to be low
/// @param objectivePool tokens that there are of the objective's text, each to be used once at most; empty where
///     neither matters
record StudyProblem(String name, String objective, OptionalLong objectivePool) {

    private static final double SCARCE = 0.16; // of the target's tokens

    static StudyProblem scarce(String objective, long targetTokens) {
        return new StudyProblem("scarce", objective, OptionalLong.of(Math.round(SCARCE * targetTokens)));
    }

    static StudyProblem free(String objective) {
        return new StudyProblem("free", objective, OptionalLong.empty());
    }

    /// The demo's corpus with the objective and as much of its text as the problem says.
    Corpus corpus(Path demo, Path data, Progress progress) throws IOException, InterruptedException {
        Manifest whole = Manifest.read(demo);
        Manifest cut = new Manifest(
                "study",
                whole.description(),
                whole.tokenizer(),
                objective,
                whole.validationTokens(),
                whole.domains().stream().map(this::cut).toList(),
                whole.downloadBytes());
        Path file = Files.createDirectories(data).resolve("study-" + name + "-" + objective + ".json");
        cut.write(file);
        return Corpus.prepare(file, data, progress);
    }

    private Manifest.Domain cut(Manifest.Domain domain) {
        return new Manifest.Domain(
                domain.name(),
                domain.description(),
                domain.licence(),
                domain.source(),
                domain.document(),
                domain.extract(),
                domain.maxBytes(),
                domain.name().equals(objective) ? objectivePool : OptionalLong.empty(),
                domain.naturalShare());
    }

    /// @param tokens of the target's whole run
    Problem problem(Corpus corpus, DirichletDesign design, long tokens) {
        Problem bounded = Problem.minimise(objective, corpus.domains()).within(design);
        if (objectivePool.isEmpty()) {
            return bounded;
        }
        return bounded.epochs(1, corpus.trainTokens(), tokens);
    }

    /// The share of the run's tokens that the objective's text suffices for.
    Optional<Double> budget(Problem problem) {
        double share = problem.supply().get(problem.domains().indexOf(objective));
        return share < 1 ? Optional.of(share) : Optional.empty();
    }
}
