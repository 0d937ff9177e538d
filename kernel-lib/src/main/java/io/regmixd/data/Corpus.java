package io.regmixd.data;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// The text of all domains as tokens, for training and held out for validation.
///
/// A token is a byte of UTF-8; a 0 ends every document. The tokens lie in files that are mapped into memory, so
/// that opening costs a check of their checksums and no heap. Immutable, for any number of threads.
///
/// Within a domain a text is kept once, however often it occurs. Which documents are held out follows from
/// their content alone: those with the lowest SHA-256, up to the manifest's `validation_tokens`, leaving out
/// documents longer than a quarter of that. Documents added later move held-out ones into training, never the
/// other way.
public final class Corpus {

    private static final int VOCABULARY = 256;
    private static final double MEGABYTE = 1e6;

    private final Path folder;
    private final Index index;
    private final List<String> domains;
    private final List<MemorySegment> train = new ArrayList<>();
    private final List<MemorySegment> validation = new ArrayList<>();

    private Corpus(Path folder) throws IOException {
        this.folder = folder;
        this.index = Index.read(folder);
        this.domains = index.domains().stream().map(Index.Domain::name).toList();
        for (Index.Domain domain : index.domains()) {
            train.add(domain.train().open(folder));
            validation.add(domain.validation().open(folder));
        }
    }

    /// Makes the corpus of a manifest, or opens it if it was made before.
    ///
    /// It lies in `folder/NAME-FINGERPRINT`, so that a changed manifest never meets the tokens of the old one.
    /// The jars come through Maven, with the user's settings. If preparation ends early, finished domains are
    /// kept for the next time; if another process is preparing the same corpus, this one waits for it.
    ///
    /// @param manifest path of the JSON file, see [Manifest]
    /// @param folder   where corpora lie; made if it is not there
    /// @param progress hears of each domain and of transfers
    /// @throws IllegalArgumentException if the manifest is not valid; the message names the field
    /// @throws IOException if a jar cannot be had, is not the one that the manifest names, or does not hold
    ///     what it should; or the folder cannot be written. The message says what to do
    /// @throws InterruptedException     if the thread is interrupted
    public static Corpus prepare(Path manifest, Path folder, Progress progress)
            throws IOException, InterruptedException {
        return prepare(Manifest.read(manifest), folder, MavenArtifacts.ofUser(), progress);
    }

    static Corpus prepare(Manifest manifest, Path folder, ArtifactSource artifacts, Progress progress)
            throws IOException, InterruptedException {
        Path home = folder.resolve(manifest.name() + "-" + manifest.fingerprint());
        new Preparation(manifest, home, artifacts, progress).run();
        return open(home);
    }

    /// Opens a prepared corpus and checks that its files are the ones that were written.
    ///
    /// @param folder the corpus's own, `.../NAME-FINGERPRINT`
    /// @throws IOException if it holds no complete corpus, or a file is missing, truncated or changed
    public static Corpus open(Path folder) throws IOException {
        return new Corpus(folder);
    }

    /// The names of the domains, in the order of every mixture over them.
    public List<String> domains() {
        return domains;
    }

    /// The domain whose validation loss is to be minimised.
    public String objective() {
        return index.objective();
    }

    /// The place of [#objective()] in [#domains()].
    public int objectiveIndex() {
        return domains.indexOf(index.objective());
    }

    /// How many different tokens there are: 256.
    public int vocabulary() {
        return VOCABULARY;
    }

    /// The natural mixture: each domain's share of the training tokens.
    public Mixture natural() {
        return Mixture.proportional(
                domains, train.stream().mapToDouble(MemorySegment::byteSize).toArray());
    }

    /// Identifies the tokens, see [Manifest#fingerprint()].
    public String fingerprint() {
        return index.fingerprint();
    }

    public Path folder() {
        return folder;
    }

    /// How many tokens of a domain there are to train on.
    public long trainTokens(int domain) {
        return train.get(domain).byteSize();
    }

    /// How many tokens of a domain are held out.
    public long validationTokens(int domain) {
        return validation.get(domain).byteSize();
    }

    /// A domain's training tokens, unsigned bytes.
    MemorySegment train(int domain) {
        return train.get(domain);
    }

    /// A domain's held-out tokens, unsigned bytes.
    MemorySegment validation(int domain) {
        return validation.get(domain);
    }

    /// One row a domain: `domain, objective, licence, documents, train_tokens, validation_tokens,
    /// natural_share, megabytes, description`. `documents` and `megabytes` are of training and validation
    /// together.
    public Table table() {
        StringColumn name = StringColumn.create("domain");
        BooleanColumn objective = BooleanColumn.create("objective");
        StringColumn licence = StringColumn.create("licence");
        IntColumn documents = IntColumn.create("documents");
        LongColumn trainTokens = LongColumn.create("train_tokens");
        LongColumn validationTokens = LongColumn.create("validation_tokens");
        DoubleColumn share = DoubleColumn.create("natural_share");
        DoubleColumn megabytes = DoubleColumn.create("megabytes");
        StringColumn description = StringColumn.create("description");
        Mixture natural = natural();
        for (Index.Domain domain : index.domains()) {
            TokenFile trained = domain.train();
            TokenFile heldOut = domain.validation();
            name.append(domain.name());
            objective.append(domain.name().equals(index.objective()));
            licence.append(domain.licence());
            documents.append(trained.documents() + heldOut.documents());
            trainTokens.append(trained.tokens());
            validationTokens.append(heldOut.tokens());
            share.append(natural.weight(domain.name()));
            megabytes.append((trained.tokens() + heldOut.tokens()) / MEGABYTE);
            description.append(domain.description());
        }
        return Table.create(
                index.name(),
                name,
                objective,
                licence,
                documents,
                trainTokens,
                validationTokens,
                share,
                megabytes,
                description);
    }

    /// `demo-0123456789abcdef: 10 domains, 24.1 MB, objective documentation`
    @Override
    public String toString() {
        double bytes = 0;
        for (int d = 0; d < domains.size(); d++) {
            bytes += trainTokens(d) + validationTokens(d);
        }
        return String.format(
                Locale.ROOT,
                "%s-%s: %d domains, %.1f MB, objective %s",
                index.name(),
                index.fingerprint(),
                domains.size(),
                bytes / MEGABYTE,
                index.objective());
    }
}
