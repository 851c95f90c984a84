package dev.holdfast.cli.trace;

import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.trace.AlertDescription;
import dev.holdfast.tls.trace.ChainJudgement;
import dev.holdfast.tls.trace.HandshakeFacts;
import dev.holdfast.tls.trace.HandshakeMessage;
import dev.holdfast.tls.trace.NineSteps;
import dev.holdfast.tls.trace.Seen;
import dev.holdfast.tls.trace.ServerHello;
import dev.holdfast.tls.trace.Side;
import dev.holdfast.tls.trace.TracedStep;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One handshake and what came of it.
 *
 * @param address that was connected to; null when none was
 * @param connectedAfter until TCP was connected; null when it was not
 * @param finished whether the handshake came to its end for the client, which in TLS 1.3 may be before the server refuses
 * @param chosen null when the server did not choose
 * @param chain leaf first; empty when none was shown
 * @param judgement of the chain; null when none was shown
 * @param asked null when the server did not ask for a client certificate
 */
public record TraceResult(
        TraceOptions options,
        @Nullable String address,
        @Nullable Duration connectedAfter,
        List<Seen> seen,
        boolean finished,
        @Nullable ServerHello chosen,
        List<X509Certificate> chain,
        @Nullable ChainJudgement judgement,
        @Nullable ClientCertificate asked,
        Ending ending) {
    public TraceResult {
        seen = List.copyOf(seen);
        chain = List.copyOf(chain);
    }

    public List<TracedStep> steps() {
        return NineSteps.of(seen, new HandshakeFacts(finished, finished, asked != null, ending.by()));
    }

    /** Of the key exchange; empty when none was agreed, or the keys come from elsewhere. */
    public Optional<String> group() {
        Integer shared = chosen == null ? null : chosen.group();
        return shared != null
                ? Optional.of(NamedGroup.nameOf(shared))
                : messages(HandshakeMessage.ServerKey.class).findFirst().flatMap(HandshakeMessage.ServerKey::group);
    }

    /** What the server can verify of a client: by name where it asked in the clear, else as the Java runtime calls it. */
    List<String> requestedSignatures() {
        return messages(HandshakeMessage.CertificateRequest.class)
                .findFirst()
                .map(request ->
                        request.schemes().stream().map(SignatureScheme::nameOf).toList())
                .orElseGet(() -> asked == null ? List.of() : asked.signatures());
    }

    private <T> Stream<T> messages(Class<T> kind) {
        return seen.stream()
                .filter(Seen.Message.class::isInstance)
                .map(one -> ((Seen.Message) one).message())
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    /** Whether a client with these roots would be connected now. */
    public boolean isGood() {
        return ending instanceof Ending.Finished && judgement != null && judgement.accepted();
    }

    /** Before TLS 1.3 there is no alert that says it. */
    private String missingCertificate() {
        boolean refused = ending instanceof Ending.Alerted(var from, var alert, var _)
                && from == Side.SERVER
                && alert.equals(AlertDescription.HANDSHAKE_FAILURE.toString());
        return refused && asked != null && asked.sent().isEmpty()
                ? " This one asked for a client certificate and got none, which is the likeliest cause: show one with --cert"
                        + " and --key."
                : "";
    }

    /** What is wrong, and what to do; empty when nothing is. */
    public Optional<String> complaint() {
        if (!(ending instanceof Ending.Finished)) {
            return Optional.of(ending.sentence() + missingCertificate());
        }
        if (judgement == null) {
            return Optional.of("The server showed no certificate.");
        }
        return judgement.accepted()
                ? Optional.empty()
                : Optional.of(
                        "The handshake was finished, but no client should accept this chain: " + judgement.explain());
    }
}
