package io.regmixd.data;

import io.regmixd.data.source.Checksums;
import io.regmixd.data.source.Fetcher;
import io.regmixd.data.source.SourceFile;
import io.regmixd.store.Sha256;
import io.regmixd.store.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Brings the tokenizer of a manifest into the folder of its corpus, where it stays.
///
/// @param base the manifest's folder
record TokenizerFiles(Path base, Fetcher fetcher) {

    /// In the corpus folder; none where a token is a byte.
    static final String FILE = "tokenizer.json";

    /// The tokenizer, fetched if it is not in the folder yet.
    ///
    /// @throws IOException if it cannot be had, or is not the one that the manifest names
    Tokenizer obtain(TokenizerSource source, Path folder) throws IOException, InterruptedException {
        if (!source.isBytes() && !Files.exists(folder.resolve(FILE))) {
            fetch(source, folder);
        }
        return open(source, folder);
    }

    /// The tokenizer of a prepared corpus.
    ///
    /// @throws IOException if its file is missing or damaged
    static Tokenizer open(TokenizerSource source, Path folder) throws IOException {
        return source.isBytes() ? Tokenizer.BYTES : HubTokenizer.read(folder.resolve(FILE), source.endOfDocument());
    }

    private void fetch(TokenizerSource source, Path folder) throws IOException, InterruptedException {
        SourceFile file = source.artifact() != null
                ? new SourceFile(
                        source.artifact(), new SourceFile.InRepository(source.artifact()), source.sha256(), null)
                : new SourceFile(source.file(), location(source.file()), source.sha256(), null);
        Path fetched = fetcher.fetch(file, folder, _ -> {});
        Checksums.requireSha256(file, fetched, Sha256.of(fetched));
        if (source.artifact() != null) {
            String json = Ranks.tokenizerJson(ranks(fetched, source), source.endOfDocument());
            WholeFile.write(folder.resolve(FILE), out -> out.write(json.getBytes(StandardCharsets.UTF_8)));
        } else if (fetched.startsWith(folder)) {
            Files.move(fetched, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } else {
            byte[] json = Files.readAllBytes(fetched);
            WholeFile.write(folder.resolve(FILE), out -> out.write(json));
        }
    }

    private SourceFile.Location location(String name) {
        return SourceFile.isOnWeb(name)
                ? new SourceFile.OnWeb(SourceFile.address(name, ""))
                : new SourceFile.OnDisk(base.resolve(name).normalize());
    }

    private static byte[] ranks(Path jar, TokenizerSource source) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.getEntry(source.ranks());
            if (entry == null) {
                throw new IOException("tokenizer: " + source.ranks() + " is not in " + jar);
            }
            try (InputStream in = zip.getInputStream(entry)) {
                return in.readAllBytes();
            }
        }
    }
}
