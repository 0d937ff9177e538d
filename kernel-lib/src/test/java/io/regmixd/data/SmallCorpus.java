package io.regmixd.data;

import io.regmixd.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// Real corpora of some kilobytes, for the tests of later rooms.
public final class SmallCorpus {

    private SmallCorpus() {}

    /// Three domains.
    public static Corpus in(Path folder) throws IOException, InterruptedException {
        LocalRepository repository = new LocalRepository(folder.resolve("repository"));
        return prepare(repository, repository.threeDomains(), folder);
    }

    /// Two domains of these texts, a file each, of which some are held out.
    public static Corpus of(Map<String, String> texts, Map<String, String> others, Path folder)
            throws IOException, InterruptedException {
        LocalRepository repository = new LocalRepository(folder.resolve("repository"));
        return prepare(
                repository,
                LocalRepository.manifest(
                        8000,
                        LocalRepository.domain("texts", repository.install("org.example:texts:1", texts)),
                        LocalRepository.domain("others", repository.install("org.example:others:1", others))),
                folder);
    }

    private static Corpus prepare(LocalRepository repository, Manifest manifest, Path folder)
            throws IOException, InterruptedException {
        return Corpus.prepare(manifest, folder, folder.resolve("corpora"), repository.source(), Progress.SILENT);
    }
}
