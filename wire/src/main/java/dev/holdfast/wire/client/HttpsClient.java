package dev.holdfast.wire.client;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks one HTTPS server: HTTP/1.1, bounded in time and in what it reads, no redirect followed, no proxy, no cookie kept.
 *
 * <p>Any thread; {@link #send} blocks.
 */
public final class HttpsClient implements AutoCloseable {
    /** @param body whole, at most {@link Limits.Client#responseMaxBytes} */
    public record Answer(int status, byte[] body) {
        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }
    }

    private final HttpClient client;
    private final URI server;
    private final Limits.Client limits;

    /** @param server scheme {@code https}, host and port; a path of it is the prefix of all paths */
    public HttpsClient(URI server, ClientTls tls, Limits.Client limits) {
        if (!"https".equalsIgnoreCase(server.getScheme()) || server.getHost() == null) {
            throw new IllegalArgumentException("not an https URL with a host: " + server);
        }
        this.server = server;
        this.limits = limits;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(limits.connectMaxTime())
                .sslContext(tls.context())
                .sslParameters(tls.parameters())
                .build();
    }

    /**
     * Sends a request and waits for the whole answer, whatever its status.
     *
     * @param path absolute, percent-encoded, with its query
     * @param body empty for none
     */
    public Answer send(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path))
                .timeout(limits.requestMaxTime())
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::setHeader);
        return await(
                client.sendAsync(
                        request.build(),
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofByteArray(), limits.responseMaxBytes())),
                response -> new Answer(response.statusCode(), response.body()));
    }

    /** Reads a body while it comes; what it leaves unread is thrown away. */
    @FunctionalInterface
    public interface Receiver {
        /** @param body its end is the end of a whole body; one that breaks off, or stalls, throws */
        void receive(InputStream body) throws IOException;
    }

    /**
     * Sends a request without a body and hands the body of a successful answer on as it comes, however long it is. It may take
     * any time in all, and {@link Limits.Client#requestMaxTime} from one part to the next; this client is closed when it stalls.
     *
     * @return the status, with the body where it is no success
     */
    public Answer receive(String method, String path, Map<String, String> headers, Receiver receiver)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path))
                .timeout(limits.requestMaxTime())
                .method(method, HttpRequest.BodyPublishers.noBody());
        headers.forEach(request::setHeader);
        HttpResponse<InputStream> response =
                await(client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream()), answer -> answer);
        try (InputStream body = new WatchedStream(response.body(), limits.requestMaxTime(), client::shutdownNow)) {
            if (response.statusCode() >= 200 && response.statusCode() < 300) {
                receiver.receive(body);
                return new Answer(response.statusCode(), new byte[0]);
            }
            return new Answer(response.statusCode(), body.readNBytes(limits.responseMaxBytes()));
        }
    }

    private URI at(String path) {
        String prefix = server.toString();
        return URI.create((prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + path);
    }

    /** The request's own time-out ends with the head of the answer; this one covers the body too. */
    private <T, R> R await(CompletableFuture<HttpResponse<T>> pending, Function<HttpResponse<T>, R> result)
            throws IOException {
        try {
            return result.apply(pending.get(limits.requestMaxTime().toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            // Keeps the kind of failure, so that a caller can tell a refused connection from a refused certificate.
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IOException("the request failed", e.getCause());
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw new IOException(
                    "no whole answer within " + limits.requestMaxTime().toSeconds() + " s", e);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an answer");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
