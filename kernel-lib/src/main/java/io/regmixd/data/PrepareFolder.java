package io.regmixd.data;

import io.regmixd.Progress;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The Java side of `./prepare`: from a folder of text to a manifest and a corpus.
public final class PrepareFolder {

    /// In the folder.
    static final String MANIFEST = "manifest.json";

    private PrepareFolder() {}

    /// Writes the folder's manifest if there is none, and prepares its corpus.
    ///
    /// @param args the folder; where corpora lie; `bytes` or the path of a `tokenizer.json`; the text of the token
    ///     that ends a document
    public static void main(String[] args) throws InterruptedException {
        try {
            Path folder = Path.of(args[0]);
            Path manifest = folder.resolve(MANIFEST);
            if (Files.exists(manifest)) {
                System.out.println(manifest + " is there already, and is kept");
            } else {
                Manifest.ofFolder(folder, tokenizer(args[2], args[3])).write(manifest);
                System.out.println("Wrote " + manifest + ": edit it (objective, licences), and run this again");
            }
            Corpus corpus = Corpus.prepare(manifest, Path.of(args[1]), told());
            System.out.println(corpus.table().rejectColumns("description").print());
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static TokenizerSource tokenizer(String name, String endOfDocument) throws IOException {
        if (name.equals("bytes")) {
            return TokenizerSource.BYTES;
        }
        Path file = Path.of(name).toAbsolutePath();
        return TokenizerSource.ofFile(file.toString(), Sha256.of(file), endOfDocument);
    }

    // A line where a domain begins, and every twentieth of the way.
    private static Progress told() {
        String[] last = {""};
        return (step, done, message) -> {
            String begun = message.replaceFirst(":.*", "") + Math.floor(20 * done);
            if (!begun.equals(last[0])) {
                last[0] = begun;
                System.err.println(String.format(Locale.ROOT, "%3.0f%%  %s", 100 * done, message));
            }
        };
    }
}
