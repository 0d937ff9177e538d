package io.regmixd.data.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A web server of this machine that answers as it is told, however wrong that is: each request has the next
/// answer, and all further ones the last.
public final class ScriptedServer implements AutoCloseable {

    private static final Pattern RANGE = Pattern.compile("Range: bytes=(\\d+)-");

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Answer> answers;

    /// Writes the answer to a request; the connection is closed behind it.
    @FunctionalInterface
    public interface Answer {
        void to(String request, OutputStream out) throws IOException, InterruptedException;
    }

    public ScriptedServer(Answer... answers) throws IOException {
        this.answers = List.of(answers);
        Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> answer(connection));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            StringBuilder request = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                request.append(line).append('\n');
            }
            if (request.isEmpty()) {
                return; // the client has gone
            }
            Answer answer;
            synchronized (requests) {
                answer = answers.get(Math.min(requests.size(), answers.size() - 1));
                requests.add(request.toString());
            }
            answer.to(request.toString(), connection.getOutputStream());
        } catch (IOException | InterruptedException _) {
            // the client has had enough
        }
    }

    /// All heads of requests, in their order.
    public List<String> requests() {
        return requests;
    }

    public String authority() {
        return "localhost:" + socket.getLocalPort();
    }

    public URI address(String path) {
        return URI.create("http://" + authority() + path);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// @param status  such as `200 OK`
    /// @param headers such as `ETag: "1"`
    public static Answer answer(String status, byte[] body, String... headers) {
        return (_, out) -> {
            head(out, status, headers);
            out.write(body);
        };
    }

    public static Answer whole(byte[] content, String... headers) {
        return (request, out) -> {
            head(out, "200 OK", headers);
            out.write(("Content-Length: " + content.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(content);
        };
    }

    /// Only the beginning of what it announces.
    public static Answer broken(byte[] content, int sent, String... headers) {
        return (request, out) -> {
            head(out, "200 OK", headers);
            out.write(("Content-Length: " + content.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(content, 0, sent);
        };
    }

    /// What a range asks for.
    public static Answer rest(byte[] content, String... headers) {
        return (request, out) -> {
            int from = from(request);
            head(out, "206 Partial Content", headers);
            out.write(("Content-Range: bytes " + from + "-" + (content.length - 1) + "/" + content.length
                            + "\r\nContent-Length: " + (content.length - from) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(content, from, content.length - from);
        };
    }

    /// Where a range begins; 0 without one.
    public static int from(String request) {
        Matcher range = RANGE.matcher(request);
        return range.find() ? Integer.parseInt(range.group(1)) : 0;
    }

    public static Answer redirect(String to) {
        return answer("302 Found", new byte[0], "Location: " + to, "Content-Length: 0", "");
    }

    public static Answer status(String status, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Length: 0";
        all[headers.length + 1] = "";
        return answer(status, new byte[0], all);
    }

    private static void head(OutputStream out, String status, String... headers) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
