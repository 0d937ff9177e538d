package io.regmixd.data.source;

import io.regmixd.store.Sha256;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fetches files by HTTP, as whole files or not at all.
///
/// What has come so far lies in `KEY.part`, and beside it, in `KEY.version`, what the server calls this version of
/// the file. A transfer that ends early is tried again, and goes on where it ended if the server still has that
/// version. `KEY` is there only when all has come. Proxies are those of Java's system properties.
///
/// @param token      of the Hugging Face Hub, which no other host ever sees; never part of a message
/// @param hub        the Hub's host, with a port where it has one
/// @param silence    how long the next bytes are waited for
/// @param undeclared how many bytes are taken at most where the server does not say how many there are
/// @param pauses     waits before a transfer is tried again
public record WebFiles(Optional<String> token, String hub, Duration silence, long undeclared, Pauses pauses) {

    private static final int TRIES = 6; // in a row, each with less than PROGRESS
    private static final long PROGRESS = 1 << 20;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final int REDIRECTS = 10;
    private static final long MEGABYTE = 1_000_000;
    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    /// Waits, or says that it would.
    @FunctionalInterface
    interface Pauses {
        void pause(Duration duration) throws InterruptedException;
    }

    /// With the token in the environment variable `HF_TOKEN`, if there is one.
    public static WebFiles ofUser() {
        return new WebFiles(
                Optional.ofNullable(System.getenv("HF_TOKEN"))
                        .map(String::strip)
                        .filter(token -> !token.isEmpty()),
                "huggingface.co",
                Duration.ofMinutes(1),
                4L << 30,
                Thread::sleep);
    }

    /// The token must not come to light.
    @Override
    public String toString() {
        return "WebFiles";
    }

    /// @param file   its content is checked if its SHA-256 is known
    /// @param folder made if missing
    /// @param state  hears how far the transfer has come, in words
    /// @throws IOException if it cannot be had; the message names file, address, status and remedy
    Path fetch(SourceFile file, URI address, Path folder, Consumer<String> state)
            throws IOException, InterruptedException {
        Path whole = folder.resolve(file.key());
        if (!Files.exists(whole)) {
            Files.createDirectories(folder);
            try (HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(silence)
                    .build()) {
                try {
                    new Transfer(client, file.name(), address, folder.resolve(file.key() + ".part"), state).run();
                } finally {
                    client.shutdownNow();
                }
            }
            Files.move(folder.resolve(file.key() + ".part"), whole, StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(folder.resolve(file.key() + ".version"));
        }
        if (file.sha256() != null) {
            String found = Sha256.of(whole);
            if (!found.equals(file.sha256())) {
                Files.delete(whole);
                throw new IOException(about(file.name(), address) + " has SHA-256 " + found + ", expected "
                        + file.sha256() + ": prepare again in case it was damaged on the way; if it is meant to be "
                        + "another, put the new checksum into the manifest");
            }
        }
        return whole;
    }

    /// Without a query, which may hold a signature.
    private static String about(String name, URI address) {
        return name + " (" + address.getScheme() + "://"
                + address.getRawAuthority().replaceFirst("^.*@", "") + address.getRawPath() + ")";
    }

    /// One file on its way.
    private final class Transfer {

        private final HttpClient client;
        private final String name;
        private final URI address;
        private final Path part;
        private final Path version;
        private final Consumer<String> state;
        private boolean ranges = true;
        private long told = -1;

        Transfer(HttpClient client, String name, URI address, Path part, Consumer<String> state) {
            this.client = client;
            this.name = name;
            this.address = address;
            this.part = part;
            this.version = part.resolveSibling(part.getFileName().toString().replaceFirst("part$", "version"));
            this.state = state;
        }

        /// Until all of it is in `part`.
        void run() throws IOException, InterruptedException {
            int tries = 0;
            while (true) {
                long before = size();
                try {
                    attempt();
                    return;
                } catch (Again again) {
                    tries = size() - before >= PROGRESS ? 1 : tries + 1;
                    if (tries == TRIES) {
                        throw trouble(
                                again.getMessage() + ", " + TRIES + " times in a row; what has come is kept: "
                                        + "prepare again when the network or the server is well",
                                again);
                    }
                    Duration pause = again.pause == null ? Duration.ofSeconds(1L << (tries - 1)) : again.pause;
                    if (pause.compareTo(LONGEST_PAUSE) > 0) {
                        throw trouble(
                                again.getMessage() + ", and the server asks to wait for " + pause.toMinutes()
                                        + " minutes; prepare again then",
                                again);
                    }
                    state.accept(again.getMessage() + "; trying again in " + pause.toSeconds() + " s");
                    pauses.pause(pause);
                }
            }
        }

        private long size() throws IOException {
            try {
                return Files.size(part);
            } catch (NoSuchFileException _) {
                return 0;
            }
        }

        private void attempt() throws IOException, InterruptedException {
            String known = Files.exists(version) ? Files.readString(version) : "";
            long from = known.isEmpty() || !ranges ? 0 : size();
            URI at = address;
            for (int redirect = 0; redirect <= REDIRECTS; redirect++) {
                HttpResponse<Chunks> response = send(request(at, from, known));
                try (Chunks body = response.body()) {
                    if (response.statusCode() / 100 != 3 || response.statusCode() == 304) {
                        receive(response, body, at, from, known);
                        return;
                    }
                    at = redirected(response, at);
                }
            }
            throw trouble("the server redirects more than " + REDIRECTS + " times; name another address", null);
        }

        private HttpRequest request(URI at, long from, String known) throws IOException {
            boolean local = at.getHost() != null && at.getHost().matches("localhost|127\\.0\\.0\\.1|\\[::1]");
            if (at.getHost() == null || !("https".equals(at.getScheme()) || ("http".equals(at.getScheme()) && local))) {
                throw trouble(
                        "only https:// is fetched" + (at.equals(address) ? "" : ", and the server redirects elsewhere")
                                + "; name an https address in the manifest",
                        null);
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(at)
                    .timeout(silence)
                    .header("User-Agent", "regmix-d")
                    .header("Accept-Encoding", "identity");
            if (token.isPresent() && hub.equals(at.getRawAuthority())) {
                // the builder would put a wrong value into its message
                if (!TOKEN.matcher(token.get()).matches()) {
                    throw trouble("HF_TOKEN holds characters that no token has; set it anew", null);
                }
                request.header("Authorization", "Bearer " + token.get());
            }
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-").header("If-Range", known);
            }
            return request.build();
        }

        private HttpResponse<Chunks> send(HttpRequest request) throws IOException, InterruptedException {
            try {
                return client.send(request, _ -> new Chunks());
            } catch (ConnectException e) {
                throw new Again("no connection to " + request.uri().getHost(), null, e);
            } catch (IOException e) {
                throw new Again("the connection broke (" + e.getMessage() + ")", null, e);
            }
        }

        private URI redirected(HttpResponse<Chunks> response, URI at) throws IOException {
            String to = response.headers().firstValue("Location").orElse("");
            try {
                if (!to.isEmpty()) {
                    return at.resolve(to);
                }
            } catch (IllegalArgumentException _) {
                // said below
            }
            throw trouble("HTTP status " + response.statusCode() + " without an address to go to", null);
        }

        private void receive(HttpResponse<Chunks> response, Chunks body, URI at, long from, String known)
                throws IOException, InterruptedException {
            int status = response.statusCode();
            if (status == 200) {
                // Ranges are only asked for of this very version: no weak ETag, which stands for more than one.
                String now = response.headers()
                        .firstValue("ETag")
                        .filter(tag -> tag.startsWith("\""))
                        .or(() -> response.headers().firstValue("Last-Modified"))
                        .orElse("");
                forget();
                Files.writeString(version, now);
                take(
                        body,
                        0,
                        response.headers().firstValueAsLong("Content-Length").orElse(-1));
            } else if (status == 206 && from > 0) {
                Matcher range = RANGE.matcher(
                        response.headers().firstValue("Content-Range").orElse(""));
                String tag = response.headers().firstValue("ETag").orElse(known);
                if (!range.matches()
                        || !range.group(1).equals(String.valueOf(from))
                        || (known.startsWith("\"") && !tag.equals(known))) {
                    throw noRanges("the server sent another part than was asked for");
                }
                take(body, from, Long.parseLong(range.group(3)));
            } else if (status == 416 && from > 0) {
                throw noRanges("the file on the server is shorter than what has come");
            } else if (List.of(408, 425, 429, 500, 502, 503, 504).contains(status)) {
                throw new Again("HTTP status " + status, retryAfter(response), null);
            } else {
                throw trouble("HTTP status " + status + ": " + remedy(status, at), null);
            }
        }

        private Again noRanges(String message) throws IOException {
            ranges = false;
            forget();
            return new Again(message, null, null);
        }

        private void forget() throws IOException {
            Files.deleteIfExists(version);
            Files.deleteIfExists(part);
        }

        private static Duration retryAfter(HttpResponse<Chunks> response) {
            String after = response.headers().firstValue("Retry-After").orElse("");
            if (after.matches("\\d{1,9}")) {
                return Duration.ofSeconds(Long.parseLong(after));
            }
            try {
                Duration until = Duration.between(
                        Clock.systemUTC().instant(),
                        ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant());
                return until.isNegative() ? Duration.ZERO : until;
            } catch (DateTimeParseException _) {
                return null;
            }
        }

        private String remedy(int status, URI at) {
            boolean onHub = hub.equals(address.getRawAuthority());
            if (status == 404 || status == 410) {
                return "there is no such file; correct " + (onHub ? "path or revision" : "the address")
                        + " in the manifest";
            }
            if (status == 401 || status == 403) {
                if (!onHub) {
                    return "it is not open to everyone; fetch it by hand, and name its path in the manifest";
                }
                return token.isEmpty()
                        ? "it does not exist or is not open to everyone; check its name, accept its terms on the Hub, "
                                + "and put an access token into the environment variable HF_TOKEN"
                        : "the access token in HF_TOKEN does not open it; check its name, accept its terms on the Hub, "
                                + "or take another token";
            }
            return "fetch it by hand from " + at.getHost() + ", and name its path in the manifest";
        }

        /// @param length of the whole file; negative if the server does not say
        private void take(Chunks body, long from, long length) throws IOException, InterruptedException {
            long room = Files.getFileStore(part.getParent()).getUsableSpace() + from;
            if (length > room) {
                throw trouble(
                        "it has " + length / MEGABYTE + " MB, and there is room for " + room / MEGABYTE + " MB in "
                                + part.getParent() + "; make room, or give another folder for corpora",
                        null);
            }
            long most = length < 0 ? undeclared : length;
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                long at = out.truncate(from).size();
                out.position(at);
                while (body.next(silence)) {
                    at += body.size();
                    if (at > most) {
                        forget();
                        throw trouble(
                                length < 0
                                        ? "more than " + most / MEGABYTE + " MB came, and the server does not say how "
                                                + "many there are; fetch it by hand, and name its path in the manifest"
                                        : "more came than the " + length + " bytes that the server has said",
                                null);
                    }
                    body.writeTo(out);
                    tell(at, length);
                }
                if (length >= 0 && at < length) {
                    throw new Again("the transfer ended after " + at + " of " + length + " bytes", null, null);
                }
                out.force(true);
            }
        }

        private void tell(long bytes, long length) {
            long megabytes = bytes / MEGABYTE;
            if (megabytes != told) {
                told = megabytes;
                state.accept(megabytes + (length < 0 ? "" : " of " + length / MEGABYTE) + " MB");
            }
        }

        private IOException trouble(String what, Throwable cause) {
            return new IOException(about(name, address) + " cannot be fetched: " + what, cause);
        }
    }

    /// What may well be otherwise the next time.
    static final class Again extends IOException {

        private static final long serialVersionUID = 1;

        private final Duration pause;

        /// @param pause what the server asks for; null if it does not
        Again(String message, Duration pause, Throwable cause) {
            super(message, cause);
            this.pause = pause;
        }
    }
}
