package io.regmixd.data.source;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The body of an answer, piece by piece, each waited for no longer than is said; unlike the stream that the HTTP
/// client offers, which waits for ever.
final class Chunks implements HttpResponse.BodySubscriber<Chunks>, AutoCloseable {

    private sealed interface Event {}

    private record Piece(List<ByteBuffer> buffers) implements Event {}

    private record End() implements Event {}

    private record Broken(Throwable cause) implements Event {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(); // one at a time, and the end
    private volatile Flow.Subscription subscription;
    private List<ByteBuffer> piece = List.of();

    /// Waits for the next piece.
    ///
    /// @return false at the end
    /// @throws WebFiles.Again if the connection broke, or nothing came
    boolean next(Duration silence) throws IOException, InterruptedException {
        if (!piece.isEmpty()) {
            subscription.request(1);
        }
        return switch (events.poll(silence.toMillis(), TimeUnit.MILLISECONDS)) {
            case null -> throw new WebFiles.Again("nothing came for " + silence.toSeconds() + " s", null, null);
            case End _ -> false;
            case Broken(Throwable cause) ->
                throw new WebFiles.Again("the connection broke (" + cause.getMessage() + ")", null, cause);
            case Piece(List<ByteBuffer> buffers) -> {
                piece = buffers;
                yield true;
            }
        };
    }

    /// Of the piece, in bytes.
    long size() {
        return piece.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /// Writes the piece, once.
    void writeTo(FileChannel out) throws IOException {
        for (ByteBuffer buffer : piece) {
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }
    }

    @Override
    public CompletionStage<Chunks> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        events.add(new Piece(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        events.add(new Broken(cause));
    }

    @Override
    public void onComplete() {
        events.add(new End());
    }

    /// What has not come yet is not wanted any more.
    @Override
    public void close() {
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
