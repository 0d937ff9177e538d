package io.regmixd.data;

import io.regmixd.Progress;
import java.io.IOException;
import java.nio.file.Path;

/// A real corpus of three domains and some kilobytes, for the tests of later rooms.
public final class SmallCorpus {

    private SmallCorpus() {}

    public static Corpus in(Path folder) throws IOException, InterruptedException {
        LocalRepository repository = new LocalRepository(folder.resolve("repository"));
        return Corpus.prepare(
                repository.threeDomains(), folder.resolve("corpora"), repository.source(), Progress.SILENT);
    }
}
