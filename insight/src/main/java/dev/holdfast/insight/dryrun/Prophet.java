package dev.holdfast.insight.dryrun;

import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.insight.fleet.KnownShape;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.policy.Verdict;
import dev.holdfast.tls.report.VerdictRefusal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Predicts what becomes of devices at one moment; those that are alike are judged once. For one thread. */
final class Prophet {
    /** All that a prediction depends on. */
    private record Kind(
            String hub,
            String listener,
            @Nullable String serverName,
            @Nullable String shape,
            @Nullable ClientProof proof) {}

    private static final Prediction PASSES = new Prediction.Passes();

    private final PolicyPath path;
    private final Instant now;
    private final Map<Kind, Prediction> known = new HashMap<>();

    Prophet(PolicyPath path, Instant now) {
        this.path = path;
        this.now = now;
    }

    Prediction of(FleetDevice device, Optional<KnownShape> shape) {
        Kind kind = new Kind(
                device.hub(),
                device.listener(),
                device.serverName(),
                shape.map(KnownShape::id).orElse(null),
                device.usesCertificate() ? ClientProof.of(device.certificate()) : null);
        return known.computeIfAbsent(
                kind,
                _ -> shape.map(hello -> judge(kind, hello.shape().hello())).orElse(new Prediction.NotKnown()));
    }

    private Prediction judge(Kind kind, ClientHello hello) {
        Optional<TlsPolicy> policy = path.ofHello(kind.listener, kind.serverName);
        if (policy.isEmpty()) {
            return new Prediction.Fails(
                    new Loss.OfHello(new VerdictRefusal.UnknownServerName(Objects.requireNonNull(kind.serverName))));
        }
        return switch (Verdict.judge(hello, policy.get(), now)) {
            case Verdict.Refuse(var why) -> new Prediction.Fails(new Loss.OfHello(why));
            case Verdict.Accept accept -> judge(kind, accept);
        };
    }

    private Prediction judge(Kind kind, Verdict.Accept accept) {
        Optional<String> misfit =
                kind.proof == null ? Optional.empty() : kind.proof.misfit(accept.version(), accept.signatures());
        if (misfit.isPresent()) {
            return new Prediction.Fails(new Loss.ClientSignatureNotAccepted(
                    accept.policy().name(),
                    misfit.get(),
                    accept.signatures().stream().map(Object::toString).toList()));
        }
        // The engine takes the first one that it can use, and the verdict has left out all others.
        CipherSuite suite = accept.suites().stream()
                .filter(each -> each.worksWith(accept.version()))
                .findFirst()
                .orElseThrow();
        return path.ofHandshake(kind.hub, kind.serverName)
                .filter(own -> !own.admits(accept.version(), suite, now))
                .<Prediction>map(own -> new Prediction.Fails(new Loss.TlsNotAccepted(
                        kind.hub, own.name(), accept.version().toString(), suite.name(), kind.serverName)))
                .orElse(PASSES);
    }
}
