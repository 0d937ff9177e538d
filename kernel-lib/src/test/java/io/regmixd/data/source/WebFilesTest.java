package io.regmixd.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Transfers from servers that are slow, broken, wrong or hostile.
class WebFilesTest {

    private static final String TOKEN = "hf_secret";
    private static final String ETAG = "ETag: \"one\"";
    private static final byte[] CONTENT = content(3_000_000);

    @TempDir
    private Path folder;

    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> states = new ArrayList<>();

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new SplittableRandom(size).nextBytes(content);
        return content;
    }

    private WebFiles web(Optional<String> token, String hub) {
        return new WebFiles(token, hub, Duration.ofMinutes(1), 10_000_000, pauses::add);
    }

    private static SourceFile file(URI address, String sha256) {
        return new SourceFile("data/part.bin", new SourceFile.OnWeb(address), sha256, List.of(0));
    }

    private Path fetch(ScriptedServer server) throws IOException, InterruptedException {
        URI address = server.address("/part.bin?signature=hidden");
        return web(Optional.empty(), "huggingface.co").fetch(file(address, null), address, folder, states::add);
    }

    private AbstractThrowableAssert<?, ?> assertTrouble(ScriptedServer server) {
        return assertThatThrownBy(() -> fetch(server))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("data/part.bin (http://" + server.authority() + "/part.bin) cannot be fetched: ")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void fileComesWholeAndItsTransferIsTold() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.whole(CONTENT, ETAG))) {
            Path file = fetch(server);
            assertThat(file).hasBinaryContent(CONTENT);
            assertThat(states).contains("1 of 3 MB").endsWith("3 of 3 MB");
            assertThat(folder).isDirectoryContaining(file::equals).isDirectoryNotContaining(path -> !path.equals(file));
            fetch(server);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void brokenTransferGoesOnWhereItEnded() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.broken(CONTENT, 2_000_000, ETAG), ScriptedServer.rest(CONTENT, ETAG))) {
            assertThat(fetch(server)).hasBinaryContent(CONTENT);
            assertThat(server.requests()).hasSize(2);
            assertThat(server.requests().getLast()).contains("Range: bytes=", "If-Range: \"one\"");
            assertThat(ScriptedServer.from(server.requests().getLast())).isBetween(1, 2_000_000);
            assertThat(pauses).containsExactly(Duration.ofSeconds(1));
        }
    }

    @Test
    void transferOfAnEarlierProcessGoesOn() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.broken(CONTENT, 1_000_000, ETAG))) {
            assertTrouble(server).hasMessageContaining("6 times in a row").hasMessageContaining("prepare again");
            assertThat(folder).isDirectoryContaining("glob:**.part");
            assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L);
        }
        // The other server stands for the same one later: a part is known by the file's name.
        try (ScriptedServer later = new ScriptedServer(ScriptedServer.rest(CONTENT, ETAG))) {
            assertThat(fetch(later)).hasBinaryContent(CONTENT);
            assertThat(ScriptedServer.from(later.requests().getFirst())).isPositive();
        }
    }

    @Test
    void manyBrokenTransfersArriveWhileEachBringsSomething() throws Exception {
        byte[] large = content(20_000_000);
        try (ScriptedServer server = new ScriptedServer((request, out) -> {
            int from = ScriptedServer.from(request);
            ScriptedServer.Answer all =
                    from == 0 ? ScriptedServer.whole(large, ETAG) : ScriptedServer.rest(large, ETAG);
            all.to(request, new Limited(out, 2_000_000));
        })) {
            assertThat(fetch(server)).hasBinaryContent(large);
            assertThat(pauses).hasSizeGreaterThan(6).containsOnly(Duration.ofSeconds(1));
        }
    }

    @Test
    void nothingIsMixedFromTwoVersions() throws Exception {
        byte[] changed = content(2_500_000);
        ScriptedServer.Answer first = ScriptedServer.broken(CONTENT, 2_000_000, ETAG);
        ScriptedServer.Answer now = ScriptedServer.whole(changed, "ETag: \"two\"");
        for (ScriptedServer.Answer second : List.of(
                now, // the whole file in place of the part
                ScriptedServer.rest(changed, "ETag: \"two\""), // the part of another version
                ScriptedServer.status("416 Range Not Satisfiable"),
                (_, out) -> ScriptedServer.rest(changed, ETAG).to("Range: bytes=5-", out), // another part
                ScriptedServer.answer("206 Partial Content", CONTENT, ETAG, ""))) { // no part at all
            try (ScriptedServer server = new ScriptedServer(first, second, now)) {
                Path file = fetch(server);
                assertThat(file).hasBinaryContent(changed);
                Files.delete(file);
            }
        }
    }

    @Test
    void withoutAVersionThatIsSureTheTransferBeginsAnew() throws Exception {
        for (String[] headers : List.of(new String[0], new String[] {"ETag: W/\"weak\""})) {
            try (ScriptedServer server = new ScriptedServer(
                    ScriptedServer.broken(CONTENT, 2_000_000, headers), ScriptedServer.whole(CONTENT, headers))) {
                Path file = fetch(server);
                assertThat(file).hasBinaryContent(CONTENT);
                assertThat(server.requests().getLast()).doesNotContain("Range");
                Files.delete(file);
            }
        }
    }

    @Test
    void busyServerIsAskedAgainWhenItSays() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.status("429 Too Many Requests", "Retry-After: 7"),
                ScriptedServer.status("503 Service Unavailable"),
                ScriptedServer.whole(CONTENT))) {
            assertThat(fetch(server)).hasBinaryContent(CONTENT);
            assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(2));
            assertThat(states).contains("HTTP status 429; trying again in 7 s");
        }
    }

    @Test
    void busyServerMayNameADate() throws Exception {
        String past =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.of(2020, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC));
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.status("429 Too Many Requests", "Retry-After: " + past),
                ScriptedServer.whole(CONTENT))) {
            assertThat(fetch(server)).hasBinaryContent(CONTENT);
            assertThat(pauses).containsExactly(Duration.ZERO);
        }
    }

    @Test
    void serverThatIsBusyForHoursIsNotWaitedFor() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.status("503 Service Unavailable", "Retry-After: 3600"))) {
            assertTrouble(server).hasMessageContaining("status 503").hasMessageContaining("60 minutes");
            assertThat(pauses).isEmpty();
        }
    }

    @Test
    void whatIsNotThereIsSaidWithItsRemedy() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status("404 Not Found"))) {
            assertTrouble(server).hasMessageContaining("404").hasMessageContaining("correct the address");
            assertThat(server.requests()).hasSize(1);
        }
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status("403 Forbidden"))) {
            assertTrouble(server).hasMessageContaining("403").hasMessageContaining("by hand");
        }
    }

    @Test
    void hubSaysWhatToDoAboutTokens() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status("401 Unauthorized"))) {
            URI address = server.address("/part.bin");
            assertThatThrownBy(() -> web(Optional.empty(), server.authority())
                            .fetch(file(address, null), address, folder, states::add))
                    .hasMessageContaining("401")
                    .hasMessageContaining("into the environment variable HF_TOKEN");
            assertThatThrownBy(() -> web(Optional.of(TOKEN), server.authority())
                            .fetch(file(address, null), address, folder, states::add))
                    .hasMessageContaining("401")
                    .hasMessageContaining("the access token in HF_TOKEN does not open it")
                    .hasMessageNotContaining(TOKEN);
        }
    }

    @Test
    void tokenGoesToTheHubAlone() throws Exception {
        try (ScriptedServer server = new ScriptedServer((request, out) -> {
            if (request.contains("/stored/")) {
                ScriptedServer.whole(CONTENT).to(request, out);
            } else if (request.contains("/moved/")) {
                ScriptedServer.redirect("http://127.0.0.1:" + request.replaceFirst("(?s).*Host: \\S+:(\\d+)\n.*", "$1")
                                + "/stored/part.bin")
                        .to(request, out);
            } else {
                ScriptedServer.redirect("/moved/part.bin").to(request, out);
            }
        })) {
            URI address = server.address("/part.bin");
            WebFiles web = web(Optional.of(TOKEN), server.authority());
            assertThat(web.fetch(file(address, null), address, folder, states::add))
                    .hasBinaryContent(CONTENT);
            assertThat(server.requests()).hasSize(3);
            assertThat(server.requests().subList(0, 2))
                    .allSatisfy(request -> assertThat(request).contains("Authorization: Bearer " + TOKEN));
            assertThat(server.requests().getLast())
                    .contains("Host: 127.0.0.1")
                    .doesNotContain("Authorization")
                    .doesNotContain(TOKEN);
            assertThat(web.toString()).doesNotContain(TOKEN);
        }
    }

    @Test
    void tokenThatIsNoneIsNotShown() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.whole(CONTENT))) {
            URI address = server.address("/part.bin");
            assertThatThrownBy(() -> web(Optional.of(TOKEN + "\nof two lines"), server.authority())
                            .fetch(file(address, null), address, folder, states::add))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("HF_TOKEN")
                    .satisfies(e -> {
                        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                            assertThat(cause.toString()).doesNotContain(TOKEN);
                        }
                    });
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void redirectsEndSomewhereSafe() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.redirect("/again"))) {
            assertTrouble(server).hasMessageContaining("redirects more than 10 times");
        }
        for (String to : List.of("http://example.org/part.bin", "file:///etc/hostname", "http:///part.bin")) {
            try (ScriptedServer server = new ScriptedServer(ScriptedServer.redirect(to))) {
                assertTrouble(server).hasMessageContaining("only https://");
            }
        }
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status("302 Found"))) {
            assertTrouble(server).hasMessageContaining("302").hasMessageContaining("without an address");
        }
        URI plain = URI.create("http://example.org/part.bin");
        assertThatThrownBy(() ->
                        web(Optional.empty(), "huggingface.co").fetch(file(plain, null), plain, folder, states::add))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("only https:// is fetched");
    }

    @Test
    void serverThatCannotBeReachedIsTriedAgain() throws Exception {
        ScriptedServer gone = new ScriptedServer(ScriptedServer.whole(CONTENT));
        gone.close();
        assertTrouble(gone).hasMessageContaining("no connection to localhost").hasMessageContaining("6 times");
    }

    @Test
    void liesAboutLengthsAreNotBelieved() throws Exception {
        try (ScriptedServer server = new ScriptedServer((_, out) -> { // no length, no end
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("10000\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(new byte[1 << 16]);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertTrouble(server).hasMessageContaining("more than 10 MB came").hasMessageContaining("by hand");
            assertThat(folder).isEmptyDirectory();
        }
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer("200 OK", CONTENT, "Content-Length: 1000000000000000000", ""))) {
            assertTrouble(server).hasMessageContaining("there is room for").hasMessageContaining("make room");
        }
        try (ScriptedServer server = new ScriptedServer((request, out) -> {
            ScriptedServer.whole(CONTENT).to(request, out);
            out.write(CONTENT); // behind the end
        })) {
            assertThat(fetch(server)).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void silentServerIsGivenUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer((_, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning".getBytes(StandardCharsets.US_ASCII));
            new CountDownLatch(1).await();
        })) {
            URI address = server.address("/part.bin");
            WebFiles impatient =
                    new WebFiles(Optional.empty(), "huggingface.co", Duration.ofMillis(100), 100, pauses::add);
            assertThatThrownBy(() -> impatient.fetch(file(address, null), address, folder, states::add))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("6 times in a row");
        }
    }

    @Test
    void interruptEndsATransfer() throws Exception {
        Thread fetching = Thread.currentThread();
        try (ScriptedServer server = new ScriptedServer((_, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning".getBytes(StandardCharsets.US_ASCII));
            fetching.interrupt();
            new CountDownLatch(1).await();
        })) {
            assertThatThrownBy(() -> fetch(server)).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void wrongContentIsNotKept() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.whole(CONTENT))) {
            URI address = server.address("/part.bin");
            assertThatThrownBy(() -> web(Optional.empty(), "huggingface.co")
                            .fetch(file(address, "0".repeat(64)), address, folder, states::add))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("data/part.bin")
                    .hasMessageContaining("expected " + "0".repeat(64));
            assertThat(folder).isEmptyDirectory();
        }
    }

    /// Breaks off after so many bytes.
    private static final class Limited extends FilterOutputStream {

        private int left;

        Limited(OutputStream out, int most) {
            super(out);
            left = most;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, Math.min(left, length));
            if (length > left) {
                out.flush();
                throw new IOException("enough");
            }
            left -= length;
        }
    }
}
