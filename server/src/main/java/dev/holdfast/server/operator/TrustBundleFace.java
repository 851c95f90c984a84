package dev.holdfast.server.operator;

import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code /.well-known/holdfast/ca.pem}: the roots to trust, for anyone and under every host name, because they are no secret and
 * who asks for them may know no more than an address.
 */
public final class TrustBundleFace implements HttpFace {
    private static final List<String> PATH = List.of(".well-known", "holdfast", "ca.pem");

    private final Path trustBundle;

    public TrustBundleFace(Path trustBundle) {
        this.trustBundle = trustBundle;
    }

    @Override
    public boolean claims(HttpRequest request) {
        return request.path().equals(PATH);
    }

    @Override
    public HttpResponse refusalOf(HttpRequest head) {
        return head.method().equals("GET")
                ? Answers.error(400, "BadRequest", "The roots are asked for without a body.")
                : Answers.methodNotAllowed("GET");
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("GET")) {
            return Answers.methodNotAllowed("GET");
        }
        try {
            return new HttpResponse(
                    200, Map.of("Content-Type", "application/x-pem-file"), Files.readAllBytes(trustBundle));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
