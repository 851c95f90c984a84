package dev.holdfast.server;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Requests without TLS, as Prometheus and load balancers make them. */
final class PlainHttp {
    /** @param head status line and fields */
    record Answer(int status, String head, String body) {}

    private PlainHttp() {}

    static Answer get(String url) throws IOException {
        return get(url, "");
    }

    /** @param fields each with its line end */
    static Answer get(String url, String fields) throws IOException {
        URI uri = URI.create(url);
        return send(
                uri,
                "GET " + uri.getPath() + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
    }

    static Answer send(URI to, String request) throws IOException {
        try (Socket socket = new Socket(to.getHost(), to.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return new Answer(0, text, "");
            }
            return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(0, end), text.substring(end + 4));
        }
    }
}
