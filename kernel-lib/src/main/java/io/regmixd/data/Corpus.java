package io.regmixd.data;

import io.regmixd.Progress;
import io.regmixd.data.source.Checksums;
import io.regmixd.data.source.Fetcher;
import io.regmixd.data.source.MavenArtifacts;
import io.regmixd.data.source.SourceFile;
import io.regmixd.data.source.Sources;
import io.regmixd.data.source.WebFiles;
import io.regmixd.mixture.Mixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/// The text of all domains as tokens, for training and held out for validation.
///
/// A token of the manifest's tokenizer ends every document. The tokens lie in files that are mapped into memory,
/// so that opening costs no heap. Immutable, for any number of threads.
///
/// Within a domain a text is kept once, however often it occurs. Which documents are held out follows from their
/// content alone: those with the lowest SHA-256, up to the manifest's `validation_tokens`, leaving out documents
/// longer than a quarter of that. Where a domain is too large to be looked at before it is read, the bound on the
/// SHA-256 is estimated from its beginning.
public final class Corpus {

    private static final double MEGABYTE = 1e6;
    // up to this many bytes are checked when a corpus is opened: about a second
    private static final long CHECKED_AT_OPENING = 1L << 29;

    private final Path folder;
    private final Index index;
    private final List<String> domains;
    private final List<Tokens> train = new ArrayList<>();
    private final List<Tokens> validation = new ArrayList<>();
    private Tokenizer tokenizer; // opened when it is asked for

    private Corpus(Path folder) throws IOException {
        this.folder = folder;
        this.index = Index.read(folder);
        this.domains = index.domains().stream().map(Index.Domain::name).toList();
        for (Index.Domain domain : index.domains()) {
            train.add(domain.train().open(folder, index.tokenWidth()));
            validation.add(domain.validation().open(folder, index.tokenWidth()));
        }
    }

    /// Makes the corpus of a manifest, or opens it if it was made before.
    ///
    /// It lies in `folder/NAME-FINGERPRINT`, so that a changed manifest never meets the tokens of the old one.
    /// Jars come through Maven, with the user's settings; files of this machine are known by their content. If
    /// preparation ends early, the files that were read to their end are kept for the next time; if another
    /// process is preparing the same corpus, this one waits for it.
    ///
    /// @param manifest path of the JSON file, see [Manifest]
    /// @param folder   where corpora lie; made if it is not there
    /// @param progress hears of each domain and of transfers
    /// @throws IllegalArgumentException if the manifest is not valid; the message names the field
    /// @throws IOException if a file cannot be had, is not the one that the manifest names, or does not hold
    ///     what it should; or the folder cannot be written. The message says what to do
    /// @throws InterruptedException     if the thread is interrupted
    public static Corpus prepare(Path manifest, Path folder, Progress progress)
            throws IOException, InterruptedException {
        Path base = manifest.toAbsolutePath().getParent();
        return prepare(
                Manifest.read(manifest),
                base,
                folder,
                new Sources(MavenArtifacts.ofUser(), WebFiles.ofUser()),
                progress);
    }

    /// @param base the manifest's folder
    static Corpus prepare(Manifest manifest, Path base, Path folder, Fetcher fetcher, Progress progress)
            throws IOException, InterruptedException {
        List<SourceFile> files = Checksums.of(SourceFile.of(manifest, base), folder);
        Path home = folder.resolve(manifest.name() + "-" + manifest.fingerprint(files));
        new Preparation(manifest, files, home, fetcher, new TokenizerFiles(base, fetcher), progress).run();
        return open(home);
    }

    /// Opens a prepared corpus, and checks that its files have the right sizes and, where it is small (up to half
    /// a gigabyte), that they are the ones that were written. [#verify] checks a larger one.
    ///
    /// @param folder the corpus's own, `.../NAME-FINGERPRINT`
    /// @throws IOException if it holds no complete corpus, or a file is missing, truncated or changed
    public static Corpus open(Path folder) throws IOException {
        Corpus corpus = new Corpus(folder);
        if (corpus.bytes() <= CHECKED_AT_OPENING) {
            corpus.verify(Progress.SILENT);
        }
        return corpus;
    }

    /// Reads all of it, and checks that it is what was written.
    ///
    /// @throws IOException if a file is changed; the message names it
    public void verify(Progress progress) throws IOException {
        double all = Math.max(1, bytes());
        long[] done = {0};
        for (int d = 0; d < domains.size(); d++) {
            Index.Domain domain = index.domains().get(d);
            Consumer<Integer> told = bytes -> {
                progress.update("Checking corpus", Math.min(0.999, done[0] / all), domain.name());
                done[0] += bytes;
            };
            domain.train().verify(folder, train.get(d), told);
            domain.validation().verify(folder, validation.get(d), told);
        }
        progress.update("Checking corpus", 1, folder.getFileName() + " is what was prepared");
    }

    private long bytes() {
        long bytes = 0;
        for (int d = 0; d < domains.size(); d++) {
            bytes += train.get(d).bytes().byteSize() + validation.get(d).bytes().byteSize();
        }
        return bytes;
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

    /// How many different tokens there are.
    public int vocabulary() {
        return index.vocabulary();
    }

    /// What turned the text into these tokens.
    ///
    /// @throws IOException if its file is missing or damaged
    public synchronized Tokenizer tokenizer() throws IOException {
        if (tokenizer == null) {
            tokenizer = TokenizerFiles.open(index.tokenizer(), folder);
        }
        return tokenizer;
    }

    /// Which tokenizer the manifest asked for.
    public TokenizerSource tokenizerSource() {
        return index.tokenizer();
    }

    /// The `tokenizer.json` of the corpus; none where a token is a byte.
    public Optional<Path> tokenizerFile() {
        return index.tokenizer().isBytes() ? Optional.empty() : Optional.of(folder.resolve(TokenizerFiles.FILE));
    }

    /// The natural mixture: each domain's share as the manifest declares it, else of the tokens that were read.
    public Mixture natural() {
        return Mixture.proportional(
                domains,
                index.domains().stream().mapToDouble(Index.Domain::share).toArray());
    }

    /// Identifies the tokens, the head of a SHA-256 over all that decides them, in 16 hexadecimal digits.
    public String fingerprint() {
        return index.fingerprint();
    }

    public Path folder() {
        return folder;
    }

    /// How many tokens of a domain there are to train on.
    public long trainTokens(int domain) {
        return train.get(domain).size();
    }

    /// The same of all domains, in their order.
    public long[] trainTokens() {
        return train.stream().mapToLong(Tokens::size).toArray();
    }

    /// How many tokens of a domain are held out.
    public long validationTokens(int domain) {
        return validation.get(domain).size();
    }

    /// How many tokens of the held-out text there are for a byte of it in UTF-8, ends of documents included: what
    /// turns a loss per token into one per byte, whatever the vocabulary.
    public double tokensPerByte(int domain) {
        TokenFile heldOut = index.domains().get(domain).validation();
        return (double) heldOut.tokens() / heldOut.textBytes();
    }

    /// A domain's training tokens.
    Tokens train(int domain) {
        return train.get(domain);
    }

    /// A domain's held-out tokens.
    Tokens validation(int domain) {
        return validation.get(domain);
    }

    /// One row per domain: `domain, objective, licence, documents, train_tokens, validation_tokens,
    /// natural_share, megabytes, description`. `documents` and `megabytes` are of training and validation
    /// together, the latter of the text in UTF-8.
    public Table table() {
        StringColumn name = StringColumn.create("domain");
        BooleanColumn objective = BooleanColumn.create("objective");
        StringColumn licence = StringColumn.create("licence");
        LongColumn documents = LongColumn.create("documents");
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
            megabytes.append((trained.textBytes() + heldOut.textBytes()) / MEGABYTE);
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
        double bytes = index.domains().stream()
                .mapToDouble(d -> d.train().textBytes() + d.validation().textBytes())
                .sum();
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
