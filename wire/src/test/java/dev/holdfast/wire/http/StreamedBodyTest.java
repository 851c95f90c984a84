package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers whose body is made while it is sent. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StreamedBodyTest {
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: hub1.example\r\n\r\n";

    private record Face(HttpResponse.Stream stream) implements HttpFace {
        @Override
        public @Nullable HttpResponse refusalOf(HttpRequest head) {
            return null;
        }

        @Override
        public boolean claims(HttpRequest request) {
            return true;
        }

        @Override
        public HttpResponse answer(HttpRequest request) {
            return HttpResponse.streamed("application/octet-stream", stream);
        }
    }

    private static Socket asked(RunningHttp server) throws IOException {
        Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(20_000);
        ask(socket);
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("ended after '" + line + "'");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    private static byte[] body(InputStream in) throws IOException {
        assertThat(line(in)).isEqualTo("HTTP/1.1 200 OK");
        String head = "";
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            head += line + "\n";
        }
        assertThat(head).containsIgnoringCase("transfer-encoding: chunked").doesNotContain("content-length");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int length = Integer.parseInt(line(in), 16); length > 0; length = Integer.parseInt(line(in), 16)) {
            byte[] chunk = in.readNBytes(length);
            if (chunk.length < length) {
                throw new EOFException("ended inside a chunk");
            }
            body.write(chunk);
            assertThat(line(in)).isEmpty();
        }
        assertThat(line(in)).isEmpty();
        return body.toByteArray();
    }

    @Test
    void a_long_body_arrives_whole_and_the_connection_serves_on() throws Exception {
        byte[] bytes = new byte[5_000_001];
        new Random(7).nextBytes(bytes);
        Face face = new Face(out -> {
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + (at * 31 & 0x1FFFF));
                out.write(bytes, at, length);
                at += length;
            }
        });
        try (RunningHttp server = new RunningHttp(face);
                Socket socket = asked(server)) {
            assertThat(Arrays.equals(body(socket.getInputStream()), bytes)).isTrue();
            ask(socket);
            assertThat(body(socket.getInputStream())).hasSize(bytes.length);
        }
    }

    @Test
    void an_empty_body_is_an_answer_too() throws Exception {
        try (RunningHttp server = new RunningHttp(new Face(_ -> {}));
                Socket socket = asked(server)) {
            assertThat(body(socket.getInputStream())).isEmpty();
        }
    }

    @Test
    void a_body_that_breaks_off_does_not_look_whole() throws Exception {
        Face face = new Face(out -> {
            out.write(new byte[100_000]);
            throw new IOException("the disk is gone");
        });
        try (RunningHttp server = new RunningHttp(face);
                Socket socket = asked(server)) {
            byte[] all = socket.getInputStream().readAllBytes();
            assertThat(new String(all, StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200")
                    .doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void a_client_that_goes_away_ends_the_writing() throws Exception {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Face face = new Face(out -> {
            try {
                while (true) {
                    out.write(new byte[50_000]);
                }
            } catch (IOException gone) {
                ended.complete(gone);
                throw gone;
            }
        });
        try (RunningHttp server = new RunningHttp(face)) {
            asked(server).close();
            assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_client_that_takes_nothing_holds_up_the_writer_and_is_left_in_the_end() throws Exception {
        AtomicLong written = new AtomicLong();
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Face face = new Face(out -> {
            try {
                while (true) {
                    out.write(new byte[50_000]);
                    written.addAndGet(50_000);
                }
            } catch (IOException gone) {
                ended.complete(gone);
                throw gone;
            }
        });
        Limits.Http http = Limits.defaults().http();
        Limits.Http impatient = new Limits.Http(
                http.requestLineMaxBytes(),
                http.headersMaxBytes(),
                http.headerFieldsMax(),
                http.bodyMaxBytes(),
                http.bodiesMaxBytes(),
                http.bodiesPerAddressMaxBytes(),
                http.bodyMinBytesPerSecond(),
                Duration.ofSeconds(2));
        try (RunningHttp server = new RunningHttp(impatient, Limits.defaults().arrival(), face);
                Socket _ = asked(server)) {
            assertThat(ended.get(20, TimeUnit.SECONDS)).hasMessageContaining("took nothing");
            assertThat(written.get()).as("what the system's buffers hold").isLessThan(20_000_000);
        }
    }
}
