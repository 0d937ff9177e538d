package io.regmixd.data;

import io.regmixd.Progress;
import io.regmixd.data.source.Checksums;
import io.regmixd.data.source.DocumentReader;
import io.regmixd.data.source.FetchAhead;
import io.regmixd.data.source.Fetcher;
import io.regmixd.data.source.FirstFetched;
import io.regmixd.data.source.SourceFile;
import io.regmixd.store.LockFile;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes the token files and the index of one manifest in one folder, in one pass over the files that the text
/// comes from.
///
/// Files that were read to their ends are kept if the preparation ends early; after a `kill -9`, those of the last
/// seconds are read again. The index is written last. Two preparations of one folder take turns.
final class Preparation {

    private static final String STEP = "Preparing corpus";
    private static final String LOCK = ".lock";
    private static final String FETCHED = "fetched";
    private static final long LOCK_POLL_MILLIS = 200;
    private static final long TELL_NANOS = 500_000_000;
    private static final long KEEP_NANOS = 2_000_000_000L;

    private final Manifest manifest;
    private final List<SourceFile> files;
    private final String fingerprint;
    private final Path folder;
    private final Fetcher fetcher;
    private final TokenizerFiles tokenizers;
    private final Progress progress;
    private final Map<String, DomainFiles> domains = new LinkedHashMap<>();
    private long kept = System.nanoTime(); // when the journal was written last

    /// @param files  see [SourceFile#of]
    /// @param folder the corpus's own
    Preparation(
            Manifest manifest,
            List<SourceFile> files,
            Path folder,
            Fetcher fetcher,
            TokenizerFiles tokenizers,
            Progress progress) {
        this.manifest = manifest;
        this.files = files;
        this.fingerprint = manifest.fingerprint(files);
        this.folder = folder;
        this.fetcher = fetcher;
        this.tokenizers = tokenizers;
        this.progress = progress;
    }

    /// @throws IOException          if a source cannot be had or is not what the manifest says, or the folder
    ///                              cannot be written
    /// @throws InterruptedException if the thread is interrupted; files that were read to their end are kept
    void run() throws IOException, InterruptedException {
        if (complete()) {
            redescribe();
            progress.update(STEP, 1, "already there as " + folder.getFileName());
            return;
        }
        try (LockFile _ = lock()) {
            if (!complete()) {
                prepare();
            }
        } catch (IOException e) {
            if (interrupted(e)) {
                InterruptedException interrupted = new InterruptedException("interrupted while preparing " + folder);
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        }
        progress.update(STEP, 1, manifest.domains().size() + " domains as " + folder.getFileName());
    }

    // An interrupt closes a channel, with the flag left set, or is noticed between documents.
    private static boolean interrupted(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            Thread.interrupted(); // the exception takes the flag's place
            return true;
        }
        return e instanceof InterruptedIOException || e.getCause() instanceof InterruptedIOException;
    }

    private boolean complete() {
        try {
            Index.read(folder);
            return true;
        } catch (IOException _) {
            return false; // none, or one of an earlier version, or damaged: made again
        }
    }

    // Descriptions, licences and shares may have changed since, tokens may not: they are in the fingerprint.
    private void redescribe() throws IOException {
        Index index = Index.read(folder);
        if (!index.fingerprint().equals(fingerprint)) {
            throw new IOException(
                    folder + " holds the corpus " + index.fingerprint() + " of another manifest, expected "
                            + fingerprint + "; delete the folder and prepare the corpus again");
        }
        Index described = index.described(manifest);
        if (!index.equals(described)) {
            described.write(folder);
        }
    }

    private LockFile lock() throws IOException, InterruptedException {
        Path file = folder.resolve(LOCK);
        try {
            Files.createDirectories(folder);
            while (true) {
                Optional<LockFile> lock = LockFile.tryLock(file);
                if (lock.isPresent()) {
                    return lock.get();
                }
                progress.update(STEP, 0, "waiting: " + folder + " is being prepared by " + LockFile.owner(file));
                Thread.sleep(LOCK_POLL_MILLIS);
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "no corpus can be written to " + folder + ": " + e + "; give another folder, or make it writable",
                    e);
        }
    }

    private void prepare() throws IOException, InterruptedException {
        Tokenizer tokenizer = tokenizers.obtain(manifest.tokenizer(), folder);
        try {
            Journal journal = goOn(Journal.read(folder, fingerprint), tokenizer);
            try {
                readAll(journal, new TokensAhead(tokenizer));
            } finally {
                keepInAnyCase(journal);
            }
            finish(journal, tokenizer);
        } finally {
            for (DomainFiles domain : domains.values()) {
                domain.close();
            }
        }
    }

    /// Brings what the journal says to the disk.
    private void keep(Journal journal) throws IOException {
        for (DomainFiles domain : domains.values()) {
            domain.force();
        }
        journal.write(folder);
        kept = System.nanoTime();
    }

    // After an exception, too, which is what the caller shall hear of; and an interrupt would close the files.
    private void keepInAnyCase(Journal journal) {
        boolean interrupted = Thread.interrupted();
        try {
            keep(journal);
        } catch (IOException _) {
            // then what was kept before stands
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Opens what the journal knows; where that is damaged, everything begins anew.
    private Journal goOn(Journal journal, Tokenizer tokenizer) throws IOException {
        try {
            for (Map.Entry<String, DomainFiles.State> domain : journal.domains().entrySet()) {
                open(definition(domain.getKey()), domain.getValue(), tokenizer);
            }
            return journal;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException _) {
            for (DomainFiles domain : domains.values()) {
                domain.close();
            }
            domains.clear();
            return Journal.start(fingerprint);
        }
    }

    private void open(Manifest.Domain domain, DomainFiles.State state, Tokenizer tokenizer) throws IOException {
        domains.put(
                domain.name(),
                new DomainFiles(folder, domain.name(), state, domain.maxTokens().orElse(Long.MAX_VALUE), tokenizer));
    }

    private Manifest.Domain definition(String name) {
        return manifest.domains().stream()
                .filter(domain -> domain.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void readAll(Journal journal, TokensAhead tokens) throws IOException, InterruptedException {
        try (FetchAhead ahead = new FetchAhead(files, fetcher, folder.resolve(FETCHED));
                Tokenization tokenization = new Tokenization(
                        tokens::take,
                        Runtime.getRuntime().availableProcessors(),
                        (document, encoded) ->
                                domain(document.domain()).document(document.hash(), encoded, document.textBytes()))) {
            for (int i = 0; i < files.size(); i++) {
                SourceFile file = files.get(i);
                double done = (double) i / files.size();
                if (journal.files().containsKey(key(file))) {
                    progress.update(STEP, done, told(file) + "kept from before");
                } else if (!full(file)) {
                    read(i, ahead, journal, tokens, tokenization);
                    if (System.nanoTime() - kept > KEEP_NANOS) {
                        keep(journal);
                    }
                }
            }
        }
    }

    // A jar feeds each domain as a file of its own.
    private String key(SourceFile file) {
        return file.location() instanceof SourceFile.InRepository ? told(file) + file.name() : file.name();
    }

    private String told(SourceFile file) {
        List<String> names = file.domains().stream()
                .map(d -> manifest.domains().get(d).name())
                .toList();
        return (names.size() > 3 ? names.size() + " domains" : String.join(", ", names)) + ": ";
    }

    private boolean full(SourceFile file) {
        return file.domains().stream().allMatch(d -> {
            DomainFiles domain = domains.get(manifest.domains().get(d).name());
            return domain != null && domain.full();
        });
    }

    private void read(int place, FetchAhead ahead, Journal journal, TokensAhead tokens, Tokenization tokenization)
            throws IOException, InterruptedException {
        SourceFile file = files.get(place);
        double before = (double) place / files.size();
        progress.update(STEP, before, told(file) + file.name());
        try {
            Path path =
                    ahead.take(place, state -> progress.update(STEP, before, told(file) + file.name() + ", " + state));
            take(place, path, before, journal, tokens, tokenization);
        } catch (IOException e) {
            if (interrupted(e)) {
                throw e;
            }
            throw new IOException(told(file).replaceFirst("^(?!\\d)", "domain ") + e.getMessage(), e);
        }
    }

    private void take(
            int place, Path path, double before, Journal journal, TokensAhead tokens, Tokenization tokenization)
            throws IOException, InterruptedException {
        SourceFile file = files.get(place);
        boolean fetched = path.startsWith(folder.resolve(FETCHED));
        try {
            String sha256 = Sha256.of(path);
            requireSame(file, path, sha256);
            for (Map.Entry<Integer, HoldOut> fixed : new Look(manifest, files, tokens)
                    .at(place, path, unmet(file))
                    .entrySet()) {
                Manifest.Domain domain = manifest.domains().get(fixed.getKey());
                open(domain, DomainFiles.State.start(domain.name(), fixed.getValue()), tokens.tokenizer());
            }
            progress.update(STEP, before, told(file) + "writing");
            read(file, path, before, tokenization);
            if (file.sha256() == null && file.location() instanceof SourceFile.OnWeb) {
                FirstFetched.hold(file, sha256, folder.getParent());
            }
            for (int d : file.domains()) {
                journal.domains()
                        .put(manifest.domains().get(d).name(), domain(d).state());
            }
            journal.files().put(key(file), sha256);
        } catch (IOException e) {
            if (fetched && file.sha256() == null && !interrupted(e)) {
                Files.delete(path); // it may be damaged: it is fetched again the next time
            }
            throw e;
        }
        if (fetched) {
            Files.delete(path);
        }
    }

    private void requireSame(SourceFile file, Path path, String sha256) throws IOException {
        if (file.sha256() != null) {
            Checksums.requireSha256(file, path, sha256);
        } else if (file.location() instanceof SourceFile.OnWeb) {
            FirstFetched.requireSame(file, sha256, folder.getParent());
        }
    }

    private List<Integer> unmet(SourceFile file) {
        return file.domains().stream()
                .filter(d -> !domains.containsKey(manifest.domains().get(d).name()))
                .toList();
    }

    private void read(SourceFile file, Path path, double before, Tokenization tokenization)
            throws IOException, InterruptedException {
        long[] told = {System.nanoTime(), 0};
        boolean _ = DocumentReader.of(manifest, file).read(path, new DocumentReader.Sink() {
            @Override
            public boolean document(int d, String text, double done) throws IOException {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                told[1] += bytes.length;
                TextHash hash = TextHash.of(bytes);
                if (domain(d).wants(hash)) {
                    add(tokenization, new Tokenization.Document(d, hash, text, bytes.length));
                }
                if (System.nanoTime() - told[0] > TELL_NANOS) {
                    told[0] = System.nanoTime();
                    String megabytes = String.format(Locale.ROOT, ", %,.1f MB of text", told[1] / 1e6);
                    progress.update(STEP, before + done / files.size(), told(file) + file.name() + megabytes);
                }
                return !full(file);
            }

            @Override
            public void rejected(int d) {
                domain(d).reject();
            }
        });
        tokenization.finish();
    }

    private DomainFiles domain(int place) {
        return domains.get(manifest.domains().get(place).name());
    }

    // Readers know only of IOException.
    static void add(Tokenization tokenization, Tokenization.Document document) throws IOException {
        try {
            tokenization.add(document);
        } catch (InterruptedException e) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while tokenising");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private void finish(Journal journal, Tokenizer tokenizer) throws IOException {
        List<Index.Domain> finished = new ArrayList<>();
        for (Manifest.Domain domain : manifest.domains()) {
            DomainFiles domainFiles = domains.get(domain.name());
            if (domainFiles == null) {
                throw new IOException("domain " + domain.name() + ": no file was read for it");
            }
            finished.add(requireBoth(domainFiles.finish(domain, manifest.validationTokens())));
        }
        new Index(
                        manifest.name(),
                        manifest.description(),
                        fingerprint,
                        manifest.tokenizer(),
                        tokenizer.vocabulary(),
                        Tokens.width(tokenizer.vocabulary()),
                        manifest.objective(),
                        finished,
                        journal.files())
                .write(folder);
        Files.deleteIfExists(folder.resolve(Journal.FILE));
        deleteFetched();
        for (Manifest.Domain domain : manifest.domains()) {
            DomainFiles.deleteWorkingFiles(folder, domain.name());
        }
    }

    /// What was fetched ahead and not needed any more, as the domains are full, goes with the folder.
    private void deleteFetched() throws IOException {
        Path fetched = folder.resolve(FETCHED);
        if (Files.isDirectory(fetched)) {
            try (Stream<Path> files = Files.list(fetched)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(fetched);
        }
    }

    private Index.Domain requireBoth(Index.Domain domain) throws IOException {
        if (domain.validation().documents() == 0) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "domain %s: nothing can be held out of %,d tokens: no document has at most %,d, a quarter of "
                            + "validation_tokens; check include, extract, where and max_bytes in the manifest, or raise "
                            + "validation_tokens",
                    domain.name(),
                    domain.train().tokens(),
                    manifest.validationTokens() / HoldOut.PART_OF_ONE));
        }
        if (domain.train().documents() == 0) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "domain %s: all of its %,d tokens are held out, none is left to train on; lower "
                            + "validation_tokens in the manifest or give the domain more text",
                    domain.name(),
                    domain.validation().tokens()));
        }
        return domain;
    }
}
