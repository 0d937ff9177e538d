package io.regmixd.data;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/// Turns documents into tokens on all cores, and hands them on in the order in which they came: what is written
/// does not depend on the number of threads.
final class Tokenization implements AutoCloseable {

    private static final int BATCH = 1 << 18; // bytes of text

    private final Function<Document, int[]> tokens;
    private final int threads;
    private final ExecutorService pool;
    private final Deque<Batch> underWay = new ArrayDeque<>();
    private final Sink sink;
    private List<Document> batch = new ArrayList<>();
    private int batchBytes;

    /// A document of a domain.
    record Document(int domain, TextHash hash, String text, int textBytes) {}

    private record Batch(List<Document> documents, Future<List<int[]>> tokens) {}

    /// Takes documents with their tokens.
    @FunctionalInterface
    interface Sink {
        void document(Document document, int[] tokens) throws IOException;
    }

    /// @param tokens  of a document; for several threads at once
    /// @param threads at least 1
    Tokenization(Function<Document, int[]> tokens, int threads, Sink sink) {
        this.tokens = tokens;
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("tokenizer-", 0).factory());
        this.sink = sink;
    }

    /// @throws InterruptedException if the thread is interrupted while it waits for room
    void add(Document document) throws IOException, InterruptedException {
        batch.add(document);
        batchBytes += document.textBytes();
        if (batchBytes >= BATCH) {
            submit();
            while (underWay.size() > 2 * threads) {
                handOn();
            }
        }
    }

    private void submit() {
        List<Document> documents = batch;
        underWay.add(new Batch(
                documents, pool.submit(() -> documents.stream().map(tokens).toList())));
        batch = new ArrayList<>();
        batchBytes = 0;
    }

    private void handOn() throws IOException, InterruptedException {
        try {
            Batch first = underWay.remove();
            List<int[]> encoded = first.tokens().get();
            for (int i = 0; i < encoded.size(); i++) {
                sink.document(first.documents().get(i), encoded.get(i));
            }
        } catch (ExecutionException e) {
            throw new IOException("a document cannot be tokenised: " + e.getCause(), e.getCause());
        }
    }

    /// Waits until all that was added is handed on.
    void finish() throws IOException, InterruptedException {
        submit();
        while (!underWay.isEmpty()) {
            handOn();
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
