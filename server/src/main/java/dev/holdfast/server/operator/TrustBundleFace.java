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
import java.util.function.Predicate;

/** {@code /.well-known/holdfast/ca.pem}: the roots to trust, for anyone; they are no secret. */
public final class TrustBundleFace implements HttpFace {
    private static final List<String> PATH = List.of(".well-known", "holdfast", "ca.pem");

    private final Path trustBundle;
    private final Predicate<String> ownHost;

    /** @param ownHost whether a host name is one of this installation */
    public TrustBundleFace(Path trustBundle, Predicate<String> ownHost) {
        this.trustBundle = trustBundle;
        this.ownHost = ownHost;
    }

    @Override
    public boolean claims(HttpRequest request) {
        return request.path().equals(PATH) && ownHost.test(request.host());
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
