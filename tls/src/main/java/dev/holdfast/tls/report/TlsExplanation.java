package dev.holdfast.tls.report;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.tls.report.HandshakeFailure.AlertReceived;
import dev.holdfast.tls.report.HandshakeFailure.ClosedInHandshake;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeTooSlow;
import dev.holdfast.tls.report.HandshakeFailure.NoApplicationData;
import dev.holdfast.tls.report.HandshakeFailure.RenegotiationRefused;
import dev.holdfast.tls.report.HandshakeFailure.ServerBusy;
import dev.holdfast.tls.report.HandshakeFailure.ServerKeyLost;
import dev.holdfast.tls.report.HandshakeFailure.Shown;
import dev.holdfast.tls.report.HandshakeFailure.TooManySockets;
import dev.holdfast.tls.report.HandshakeFailure.TooManySocketsFromAddress;
import dev.holdfast.tls.report.HelloRefusal.ClosedInHello;
import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import dev.holdfast.tls.report.HelloRefusal.HelloTooLarge;
import dev.holdfast.tls.report.HelloRefusal.HelloTooSlow;
import dev.holdfast.tls.report.HelloRefusal.NotTls;
import dev.holdfast.tls.report.HelloRefusal.Spoken;
import dev.holdfast.tls.report.VerdictRefusal.CertificateCurveNotOffered;
import dev.holdfast.tls.report.VerdictRefusal.EngineCannot;
import dev.holdfast.tls.report.VerdictRefusal.FallbackNotNeeded;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonGroup;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSignature;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSuite;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonVersion;
import dev.holdfast.tls.report.VerdictRefusal.Retired;
import dev.holdfast.tls.report.VerdictRefusal.UnknownServerName;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Says in sentences what a {@link TlsRefusal} means and what to change. */
public final class TlsExplanation {
    /** A hello can name thousands; a person reads the first ones. */
    private static final int NAMES_MAX = 40;

    private TlsExplanation() {}

    /**
     * @param now by the server's clock
     * @param commands of the hub that the client asked for
     */
    public static String of(TlsRefusal refusal, Instant now, Commands commands) {
        return switch (refusal) {
            case HelloRefusal hello -> ofHello(hello);
            case VerdictRefusal verdict -> ofVerdict(verdict, commands);
            case HandshakeFailure failure -> ofHandshake(failure, now, commands);
        };
    }

    private static String ofHello(HelloRefusal refusal) {
        return switch (refusal) {
            case NotTls(var spoken) -> "The client did not begin with TLS: " + ofSpoken(spoken);
            case HelloMalformed(var what) ->
                "The client's first TLS message (ClientHello) breaks the rules: " + what
                        + ". Its TLS library is at fault, or something between changed the bytes; update the library or"
                        + " look at what is between.";
            case HelloTooLarge(var bytes, var max) ->
                "The client's first TLS message (ClientHello) is " + bytes + " bytes or more, and " + max
                        + " are accepted. No TLS library needs that much; this is an attack or garbage. Find out what runs at its address.";
            case HelloTooSlow(var max, var received) ->
                received == 0
                        ? "The client connected and said nothing for " + seconds(max)
                                + ". In TLS the client speaks first: check that it is told to use TLS on this port."
                        : "The client sent " + received + " bytes of its first TLS message and not the rest within "
                                + seconds(max) + ". The network loses packets (often large ones: look at the path's"
                                + " MTU), or the client stalls.";
            case ClosedInHello(var received) ->
                "The client closed the connection after " + received
                        + " bytes of its first TLS message. It gave up, was"
                        + " stopped, or the network cut it off; look for the cause at the client's side.";
        };
    }

    private static String ofSpoken(Spoken spoken) {
        return switch (spoken) {
            case HTTP -> "it spoke plain HTTP. Use https:// in its URL.";
            case MQTT -> "it spoke MQTT without TLS. Turn TLS on in the client; there is no port without it.";
            case AMQP ->
                "it spoke AMQP without TLS. Use amqps:// and the port for it, by default 5671; there is no port without TLS.";
            case SSL2 ->
                "it sent a hello of SSL 2.0. Turn SSL 2.0 compatibility off in the client, or update its TLS library.";
            case UNKNOWN -> "its first byte is not that of a TLS handshake. Turn TLS on in the client.";
        };
    }

    private static String ofVerdict(VerdictRefusal refusal, Commands commands) {
        return switch (refusal) {
            case UnknownServerName(var serverName) ->
                "The client asks for '" + serverName
                        + "' (SNI), and there is no hub of that name. Check the host name in its"
                        + " connection string; " + Commands.plain("hub list") + " shows the hubs there are, and "
                        + Commands.plain("hub create " + hubIn(serverName)) + " makes one.";
            case EngineCannot(var policy) ->
                "The TLS policy " + policy
                        + " accepts the client, but the Java runtime of this server has switched off what"
                        + " they agree on. Start the server without settings of its own for jdk.tls.disabledAlgorithms, or"
                        + " give the hub a policy without TLS 1.0, 1.1, 3DES and RSA key exchange. "
                        + otherPolicy(commands);
            case NoCommonVersion(var policy, var offered, var accepted) ->
                "The client offers " + list(offered) + ", and the TLS policy " + policy + " accepts " + list(accepted)
                        + ". Update the client's TLS library or let it use one of the accepted versions; or give its hub a policy that"
                        + " accepts what it offers. " + otherPolicy(commands);
            case FallbackNotNeeded(var offered, var accepted) ->
                "The client fell back to " + offered + " after a failed attempt, although it and this server can speak "
                        + accepted + ". Something between the two disturbs the first attempt; find it, or turn the"
                        + " client's fallback off.";
            case Retired(var policy, var what, var _, var at) ->
                "The client offers nothing better than " + what + ", which the policy " + policy
                        + " stopped to accept at " + at
                        + ". Update the client's TLS library, or give its hub a policy that still accepts it. "
                        + otherPolicy(commands);
            case NoCommonSuite(var policy, var offered, var accepted) ->
                "The client and the TLS policy " + policy + " have no cipher suite in common. The client offers "
                        + list(offered) + "; the policy accepts " + list(accepted)
                        + ". Enable one of the accepted suites in the client, or choose a policy that has one of the"
                        + " client's. " + otherPolicy(commands);
            case NoCommonGroup(var policy, var offered, var accepted) ->
                "The client and the TLS policy " + policy
                        + " have no key exchange group in common. The client offers (supported_groups) "
                        + list(offered) + "; the policy accepts " + list(accepted)
                        + ". Enable one of the accepted groups in the client, or choose a policy that has one of the client's. "
                        + otherPolicy(commands);
            case CertificateCurveNotOffered(var offered, var curve) ->
                "The client offers only ECDSA cipher suites, and the ECC server certificate has a key on " + curve
                        + ", which is not among the client's groups (supported_groups): " + list(offered)
                        + ". Enable " + curve + " in the client, or an RSA cipher suite.";
            case NoCommonSignature(var policy, var offered, var accepted) ->
                "The client can't verify any signature that this server makes under the TLS policy " + policy
                        + ". The client offers"
                        + " (signature_algorithms) " + list(offered) + "; the server signs with " + list(accepted)
                        + ". Enable one of them in the client.";
        };
    }

    private static String ofHandshake(HandshakeFailure failure, Instant now, Commands commands) {
        return switch (failure) {
            case AlertReceived(var alert, var shown) ->
                "The client ended the handshake with the alert '" + alert + "'. "
                        + ofAlert(alert, shown, now, commands);
            case HandshakeRejected(var what) ->
                "The handshake failed at a message of the client: " + what
                        + ". The client's TLS library, its certificate or its key is at fault: look at its log, and at whether key and"
                        + " certificate belong together.";
            case ServerKeyLost(var key) ->
                "This server could not sign with the key " + key
                        + ": its token does not answer. Connect the token and start the server again, or show the"
                        + " installation's own certificate with " + Commands.plain("cert server renew") + ".";
            case HandshakeTooSlow(var max) ->
                "The handshake was not finished within " + seconds(max)
                        + ". The network loses packets, or the client stalls: look at the path's MTU and at the client's"
                        + " processor; where it is slow by nature, give the listener more time"
                        + " (listeners.mqtt.handshakeMaxTime).";
            case ServerBusy(var max) ->
                "The handshake waited for this server's processors until its " + seconds(max)
                        + " were over: more clients connect at once than it can shake hands with. Let clients wait a random"
                        + " time before they connect again, or give the server more processors.";
            case ClosedInHandshake(var shown) ->
                "The client closed the connection in the middle of the handshake without saying why. Some clients, those on"
                        + " Node.js for example, do that when they do not trust the certificate they were shown, or call the"
                        + " server by a name that it does not have. " + trust(shown, commands) + goodFor(shown);
            case RenegotiationRefused() ->
                "The client asked for a second handshake in a running connection (renegotiation). That is always refused;"
                        + " turn it off in the client.";
            case NoApplicationData() ->
                "The client sent one TLS record after the other without any data in them (key updates or empty records),"
                        + " which no client needs. It was closed; if it is a device of yours, update its TLS library.";
            case TooManySockets(var max) ->
                max + " connections are open, which is the most that this server accepts; more are closed at once. Look"
                        + " for clients that connect again and again, or raise sockets.openMax.";
            case TooManySocketsFromAddress(var max, var every) ->
                max
                        + " connections from this address (in IPv6: from its /64 network) are open, which is the most that one"
                        + " may have; more are closed at once. Look for a client there that connects again and again; if a"
                        + " whole fleet comes through this address, raise sockets.perAddressMax. This is told once in "
                        + seconds(every) + " for each address.";
        };
    }

    private static String ofAlert(String alert, Shown shown, Instant now, Commands commands) {
        return switch (alert) {
            case "unknown_ca" -> "It does not trust the root of the chain it was shown. " + install(shown, commands);
            case "bad_certificate", "certificate_unknown" ->
                "It did not accept the server's certificate: it does not trust the root, or connects by a name that the"
                        + " certificate does not have. " + trust(shown, commands) + goodFor(shown)
                        + " A client whose clock is wrong may say the same: "
                        + clocks(shown, now);
            case "certificate_expired" ->
                "By its clock the server's certificate is not valid now. " + clocks(shown, now)
                        + " Set the client's clock; if it is right, look at the server's clock, and at its certificate with "
                        + Commands.plain("cert server show") + ".";
            case "unsupported_certificate" ->
                "It can't use a certificate of this key type. Enable RSA or ECDSA (P-256) in its TLS library.";
            case "handshake_failure", "insufficient_security", "illegal_parameter", "protocol_version" ->
                "It did not accept what was negotiated. Look at the versions, suites and groups that it insists on.";
            case "decrypt_error", "bad_record_mac" ->
                "It could not verify what the server sent. Something between changed the bytes, or its TLS library is at"
                        + " fault.";
            case "user_canceled", "close_notify" -> "It changed its mind; the cause is on the client's side.";
            default -> "Look at the client's log for the cause.";
        };
    }

    private static String clocks(Shown shown, Instant now) {
        return "The certificates shown are valid from " + shown.notBefore() + " to " + shown.notAfter()
                + ", and this server's clock says " + now.truncatedTo(ChronoUnit.SECONDS) + ".";
    }

    private static String trust(Shown shown, Commands commands) {
        return "If it is about trust: t" + install(shown, commands).substring(1);
    }

    private static String goodFor(Shown shown) {
        return " The certificate is good for " + list(shown.names()) + ".";
    }

    private static String install(Shown shown, Commands commands) {
        return "The chain shown leads to the root '" + shown.root()
                + "'; install this server's ca.pem in the client, or ca-WORLD.pem for a name of a further trust world."
                + " " + commands.ofHub("cert bundle") + " prints what the clients of a hub need"
                + (shown.serverName() == null
                        ? ". It named no server (no SNI)."
                        : ". It asked for '" + shown.serverName() + "'.");
    }

    private static String otherPolicy(Commands commands) {
        return Commands.plain("policy list") + " shows the policies there are, and "
                + Commands.plain("policy set " + commands.name() + " NAME") + " gives a hub another one.";
    }

    /** A hub's name is the first label of its host names. */
    private static String hubIn(String serverName) {
        int dot = serverName.indexOf('.');
        return HubName.parse(dot < 0 ? serverName : serverName.substring(0, dot))
                .map(HubName::value)
                .orElse("NAME");
    }

    private static String list(List<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        if (names.size() <= NAMES_MAX) {
            return String.join(", ", names);
        }
        return String.join(", ", names.subList(0, NAMES_MAX)) + " and " + (names.size() - NAMES_MAX) + " more";
    }

    private static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }
}
