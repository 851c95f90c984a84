package dev.holdfast.tls.listen;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.HandshakeFailure.AlertReceived;
import dev.holdfast.tls.report.HandshakeFailure.ClosedInHandshake;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import dev.holdfast.tls.report.HandshakeFailure.ServerKeyLost;
import dev.holdfast.tls.report.HandshakeFailure.Shown;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.KeyException;
import java.security.ProviderException;
import java.security.SignatureException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the cause of a failed handshake out of what the engine threw. An alert of the client is only in the message there is, in
 * words that have been the same since Java 1.4; a test with a real client holds them fast.
 */
final class FailureCause {
    /** The second form: OpenSSL sends its alert in the clear when it hasn't begun to encrypt, in TLS 1.3 too. */
    private static final Pattern ALERT = Pattern.compile(
            "(?:Received fatal alert|Unexpected plaintext alert received: Level: fatal; Alert): ([a-z_]{1,40})");

    /** What the engine says in TLS 1.3 when a key of its own can't begin to sign; the verdict has seen that the client can verify. */
    private static final String NO_SIGNATURE = "No supported CertificateVerify signature algorithm";

    private static final int MESSAGE_MAX_CHARS = 300;
    private static final int CAUSES_MAX = 10;

    private FailureCause() {}

    static HandshakeFailure of(Throwable thrown, ServerChain chain, @Nullable String serverName) {
        boolean closed = false;
        boolean engineSpoke = false;
        String message = thrown.toString();
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            String text = Objects.requireNonNullElse(cause.getMessage(), "");
            Matcher alert = ALERT.matcher(text);
            if (alert.find()) {
                return new AlertReceived(alert.group(1), shown(chain, serverName));
            }
            if (text.contains("Received close_notify during handshake")) {
                return new AlertReceived("close_notify", shown(chain, serverName));
            }
            if (chain.token() != null && (isOfToken(cause) || text.contains(NO_SIGNATURE))) {
                return new ServerKeyLost(chain.token().toString());
            }
            // What the engine has for its cause may be the failure to read a signature, not to read the socket.
            engineSpoke |= cause instanceof SSLException;
            closed |= isClosing(cause, engineSpoke);
            if (!text.isEmpty()) {
                message = text;
            }
            cause = cause.getCause();
        }
        return closed
                ? new ClosedInHandshake(shown(chain, serverName))
                : new HandshakeRejected(message.substring(0, Math.min(message.length(), MESSAGE_MAX_CHARS)));
    }

    /**
     * The runtime's provider for tokens wraps what its library answers in these. A client's broken signature or key ends in the
     * same ones, so what counts is that the server's own key was at work.
     */
    private static boolean isOfToken(Throwable cause) {
        return (cause instanceof ProviderException
                        || cause instanceof SignatureException
                        || cause instanceof KeyException)
                && Arrays.stream(cause.getStackTrace()).anyMatch(FailureCause::usesOwnKey);
    }

    /** Signing, and the decryption of static RSA. */
    private static boolean usesOwnKey(StackTraceElement frame) {
        return switch (frame.getClassName()) {
            case "java.security.Signature" ->
                frame.getMethodName().equals("initSign")
                        || frame.getMethodName().equals("sign");
            case "javax.crypto.Cipher" -> frame.getMethodName().equals("init");
            default -> false;
        };
    }

    /** Reset, closed by the peer, or the handler's own words for the latter. */
    private static boolean isClosing(Throwable cause, boolean engineSpoke) {
        return cause instanceof ClosedChannelException
                || (cause instanceof IOException && !engineSpoke)
                || Objects.requireNonNullElse(cause.getMessage(), "").startsWith("Connection closed while");
    }

    private static Shown shown(ServerChain chain, @Nullable String serverName) {
        List<X509Certificate> sent = chain.shown();
        return new Shown(
                chain.root().getSubjectX500Principal().getName(),
                names(chain),
                serverName,
                sent.stream()
                        .map(each -> each.getNotBefore().toInstant())
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                sent.stream()
                        .map(each -> each.getNotAfter().toInstant())
                        .min(Comparator.naturalOrder())
                        .orElseThrow());
    }

    private static List<String> names(ServerChain chain) {
        try {
            var names = chain.leaf().getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream().map(name -> String.valueOf(name.get(1))).toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }
}
