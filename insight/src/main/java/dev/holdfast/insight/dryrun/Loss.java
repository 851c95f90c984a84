package dev.holdfast.insight.dryrun;

import dev.holdfast.base.Commands;
import dev.holdfast.tls.report.TlsExplanation;
import dev.holdfast.tls.report.VerdictRefusal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a device would be refused. */
public sealed interface Loss {
    /** At its ClientHello. */
    record OfHello(VerdictRefusal why) implements Loss {}

    /**
     * What it would negotiate under the policy that judges its hello, the hub's own does not accept.
     *
     * @param serverName what it asks for (SNI); null when it names none
     */
    record TlsNotAccepted(
            String hub,
            String policy,
            String version,
            String suite,
            @Nullable String serverName) implements Loss {}

    /**
     * Its certificate proves nothing under a policy that says how clients may sign: most TLS libraries then send none.
     *
     * @param what of the certificate is not accepted, with the algorithm: {@code its key is RSA 2048}
     * @param accepted with what clients may sign
     */
    record ClientSignatureNotAccepted(String policy, String what, List<String> accepted) implements Loss {
        public ClientSignatureNotAccepted {
            accepted = List.copyOf(accepted);
        }
    }

    /** Stable word, the one that enforcement would report where the server itself refuses. */
    default String reason() {
        return switch (this) {
            case OfHello(var why) -> why.reason();
            case TlsNotAccepted _, ClientSignatureNotAccepted _ -> getClass().getSimpleName();
        };
    }

    /**
     * What would happen, why, and what to change.
     *
     * @param commands of the hub whose device it is
     */
    default String explain(Instant now, Commands commands) {
        return switch (this) {
            case OfHello(var why) -> TlsExplanation.of(why, now, commands);
            case TlsNotAccepted(var hub, var policy, var version, var suite, var serverName) ->
                "The client names "
                        + (serverName == null ? "no host (no SNI)" : "'" + serverName + "' (SNI)")
                        + " when it connects, so that another policy decides, under which it negotiates " + version
                        + " with " + suite + "; the hub '" + hub + "' with its TLS policy " + policy
                        + " does not accept that. Let the client name the hub's own host, or give that listener or hub"
                        + " a policy that fits.";
            case ClientSignatureNotAccepted(var policy, var what, var accepted) ->
                "The TLS policy " + policy + " lets clients prove their certificates with "
                        + String.join(", ", accepted)
                        + " only, and of the device's certificate " + what
                        + ". Give the device a certificate that fits, or choose a policy that accepts this one.";
        };
    }
}
