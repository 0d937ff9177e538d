package io.regmixd.data;

import io.regmixd.data.source.DocumentReader;
import io.regmixd.data.source.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// A first look at the text of domains, which fixes what is held out before they are read.
///
/// Jars are looked at whole. Files of this machine are looked at until [#ENOUGH] text of each domain was taken;
/// where that was all of it, what is held out is exact. Of what must be fetched, the first file alone is looked
/// at, and the rest is taken to be alike.
///
/// @param ahead keeps the tokens that are made, so that none are made twice
record Look(Manifest manifest, List<SourceFile> files, TokensAhead ahead) {

    /// In bytes of text a domain.
    private static final long ENOUGH = 1 << 24;

    /// What is held out of these domains, by their places in the manifest.
    ///
    /// @param place the file that feeds them first
    /// @param path  where that file is
    Map<Integer, HoldOut> at(int place, Path path, List<Integer> domains) throws IOException, InterruptedException {
        Map<Integer, NavigableMap<TextHash, HoldOut.Size>> documents = new LinkedHashMap<>();
        domains.forEach(d -> documents.put(d, new TreeMap<>()));
        Map<Integer, double[]> seen = new HashMap<>(); // of a domain, which part of each file
        domains.forEach(d -> seen.put(d, new double[files.size()]));
        try (Tokenization tokenization = new Tokenization(
                ahead::make,
                Runtime.getRuntime().availableProcessors(),
                (document, encoded) -> documents
                        .get(document.domain())
                        .put(document.hash(), new HoldOut.Size(encoded.length + 1, document.textBytes())))) {
            Sample sample = new Sample(domains, tokenization);
            for (int f = place; f < files.size(); f++) {
                SourceFile file = files.get(f);
                boolean here = f == place || file.location() instanceof SourceFile.OnDisk;
                if (here && file.domains().stream().anyMatch(sample::lacks)) {
                    sample.take(file, f == place ? path : ((SourceFile.OnDisk) file.location()).path());
                    for (int d : domains) {
                        seen.get(d)[f] = sample.part(d);
                    }
                }
            }
            tokenization.finish();
        }
        Map<Integer, HoldOut> fixed = new LinkedHashMap<>();
        for (int d : domains) {
            double part = part(d, seen.get(d));
            long maxBytes = manifest.domains().get(d).maxBytes().orElse(Long.MAX_VALUE);
            long maxTokens = manifest.domains().get(d).maxTokens().orElse(Long.MAX_VALUE);
            HoldOut exact = HoldOut.exact(documents.get(d), maxBytes, manifest.validationTokens());
            fixed.put(
                    d,
                    part == 1 && exact.tokens() <= maxTokens
                            ? exact
                            : HoldOut.estimated(
                                    documents.get(d), part, maxBytes, maxTokens, manifest.validationTokens()));
        }
        return fixed;
    }

    /// What is taken of each domain until there is enough of it.
    private final class Sample implements DocumentReader.Sink {

        private final List<Integer> domains;
        private final Tokenization tokenization;
        private final Map<Integer, Long> bytes = new HashMap<>();
        private final Map<Integer, Double> taken = new HashMap<>(); // up to which part of this file
        private final Set<Integer> skipped = new HashSet<>(); // of which this file holds more
        private boolean whole;
        private boolean toTheEnd;

        Sample(List<Integer> domains, Tokenization tokenization) {
            this.domains = domains;
            this.tokenization = tokenization;
        }

        boolean lacks(int domain) {
            return domains.contains(domain) && bytes.getOrDefault(domain, 0L) < ENOUGH;
        }

        void take(SourceFile file, Path path) throws IOException {
            taken.clear();
            skipped.clear();
            whole = file.location() instanceof SourceFile.InRepository; // jars are small
            toTheEnd = DocumentReader.of(manifest, file).read(path, this);
        }

        /// Which part of the file's text of a domain was taken.
        double part(int domain) {
            return toTheEnd && !skipped.contains(domain) ? 1 : Math.min(taken.getOrDefault(domain, 0.0), 1 - 1e-9);
        }

        @Override
        public boolean document(int domain, String text, double read) throws IOException {
            if (whole || lacks(domain)) {
                if (domains.contains(domain)) {
                    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                    bytes.merge(domain, (long) utf8.length, Long::sum);
                    taken.put(domain, read);
                    Preparation.add(
                            tokenization, new Tokenization.Document(domain, TextHash.of(utf8), text, utf8.length));
                }
            } else {
                skipped.add(domain);
            }
            return whole || domains.stream().anyMatch(this::lacks);
        }

        @Override
        public void rejected(int domain) {
            // counted when the file is read
        }
    }

    /// Which part of a domain's files has been seen: by their sizes where all are on this machine, else each file
    /// counts the same.
    private double part(int domain, double[] seen) throws IOException {
        List<Integer> own = new ArrayList<>();
        for (int f = 0; f < files.size(); f++) {
            if (files.get(f).domains().contains(domain)) {
                own.add(f);
            }
        }
        boolean here = own.stream().allMatch(f -> files.get(f).location() instanceof SourceFile.OnDisk);
        double all = 0;
        double part = 0;
        boolean complete = true;
        for (int f : own) {
            double size = here
                    ? Math.max(1, Files.size(((SourceFile.OnDisk) files.get(f).location()).path()))
                    : 1;
            all += size;
            part += size * seen[f];
            complete &= seen[f] == 1;
        }
        return complete ? 1 : part / all;
    }
}
