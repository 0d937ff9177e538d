package io.regmixd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import io.regmixd.Progress;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.LlamaConfig;
import io.regmixd.mixture.LearningRate;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.training.Run;
import io.regmixd.training.Training;
import io.regmixd.training.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo's text in GPT-2's vocabulary.
@Tag("slow")
class DemoVocabularyTest {

    private static final Path MANIFESTS = Path.of("..", "data-manifests");
    private static final int END = 50_256;

    @TempDir
    private static Path corpora;

    private static Corpus corpus;

    @BeforeAll
    static void prepare() throws Exception {
        corpus = Corpus.prepare(MANIFESTS.resolve("demo-gpt2.json"), corpora, Progress.SILENT);
    }

    @Test
    void everyDocumentHasTheTokensOfAnotherImplementation() {
        Encoding peer = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        int documents = 0;
        for (int d = 0; d < corpus.domains().size(); d++) {
            for (Tokens tokens : List.of(corpus.train(d), corpus.validation(d))) {
                int[] all = new int[(int) tokens.size()];
                tokens.copy(0, all.length, all, 0);
                IntArrayList document = new IntArrayList();
                for (int token : all) {
                    if (token != END) {
                        document.add(token);
                        continue;
                    }
                    // equal text has equal tokens only if both merge alike
                    assertThat(peer.encodeOrdinary(peer.decode(document)).toArray())
                            .as(corpus.domains().get(d))
                            .isEqualTo(document.toArray());
                    document.clear();
                    documents++;
                }
            }
        }
        assertThat(documents).isGreaterThan(50_000);
    }

    @Test
    void textIsThatOfTheDemoInBytes() throws Exception {
        Corpus bytes = Corpus.prepare(MANIFESTS.resolve("demo.json"), corpora, Progress.SILENT);
        assertThat(corpus.domains()).isEqualTo(bytes.domains());
        for (int d = 0; d < corpus.domains().size(); d++) {
            long documents = corpus.table().longColumn("documents").get(d);
            double megabytes = corpus.table().doubleColumn("megabytes").get(d);
            if (d == corpus.objectiveIndex()) { // the demo in bytes keeps a part of it
                assertThat(documents)
                        .isGreaterThan(bytes.table().longColumn("documents").get(d));
                assertThat(megabytes)
                        .isGreaterThan(bytes.table().doubleColumn("megabytes").get(d));
            } else {
                assertThat(documents)
                        .isEqualTo(bytes.table().longColumn("documents").get(d));
                assertThat(megabytes)
                        .isEqualTo(bytes.table().doubleColumn("megabytes").get(d));
            }
        }
    }

    @Test
    void oneMillionPresetLearnsInItsVocabulary() throws Exception {
        TrainingSettings settings =
                new TrainingSettings(LlamaConfig.preset("1M"), 64, 8, 12, 1, LearningRate.constant(2e-3, 2), 0.1, 1024);
        settings.requireVocabularyOf(corpus);
        Run run = new Run("1M", MixtureSchedule.constant(corpus.natural(), 1), 1);
        try (Training training = Training.start(corpus, settings, List.of(run), ComputeDevice.cpu(1))) {
            double before = training.validationLosses(corpus.objectiveIndex(), 1024)[0];
            training.stage(metrics -> {});
            double after = training.validationLosses(corpus.objectiveIndex(), 1024)[0];
            assertThat(before).isCloseTo(Math.log(50_432), within(0.3)); // nothing known yet
            assertThat(after).isLessThan(before - 1);
        }
    }
}
