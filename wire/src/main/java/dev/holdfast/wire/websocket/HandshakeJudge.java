package dev.holdfast.wire.websocket;

import dev.holdfast.wire.Connection;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.websocket.HandshakeRefusal.HandshakeMalformed;
import dev.holdfast.wire.websocket.HandshakeRefusal.HandshakeNotGet;
import dev.holdfast.wire.websocket.HandshakeRefusal.OriginNotAllowed;
import dev.holdfast.wire.websocket.HandshakeRefusal.SubProtocolMissing;
import dev.holdfast.wire.websocket.HandshakeRefusal.SubProtocolUnknown;
import dev.holdfast.wire.websocket.HandshakeRefusal.UpgradeMissing;
import dev.holdfast.wire.websocket.HandshakeRefusal.WebSocketPathUnknown;
import dev.holdfast.wire.websocket.HandshakeRefusal.WebSocketVersionUnsupported;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether a request opens a WebSocket, by its head alone (RFC 6455 section 4.2). Any thread.
 *
 * <p>Every protocol is spoken at every path: the official clients disagree about paths, and all of them name their protocol.
 */
record HandshakeJudge(List<SubProtocol> protocols, Predicate<Connection> showedCertificate) {
    static final String VERSION = "13";

    /** In lower case. Paho for Java asks at /mqtt, the SDK for C# at /, Event Hubs clients at /$servicebus/websocket. */
    private static final List<List<String>> PATHS =
            List.of(List.of("$iothub", "websocket"), List.of("$servicebus", "websocket"), List.of("mqtt"), List.of());

    /** What proves that a server has read the key (RFC 6455 section 1.3). */
    private static final String PROOF_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** Sixteen bytes in base64. */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

    private static final Pattern ORIGIN_HOST = Pattern.compile("[a-z][a-z0-9+.-]*://([^/:]+|\\[[^]/]+])(:[0-9]+)?");
    private static final int PRINTED_MAX_CHARS = 200;

    sealed interface Judged {
        /** No WebSocket is asked for, nor is the path one of WebSockets alone. */
        record None() implements Judged {}

        record Refused(HandshakeRefusal why) implements Judged {}

        /**
         * @param spelling the protocol's name as the client offered it
         * @param proof for Sec-WebSocket-Accept
         */
        record Agreed(SubProtocol protocol, String spelling, String proof) implements Judged {}
    }

    Judged judge(HttpRequest head) {
        List<String> path =
                head.path().stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
        boolean known = PATHS.contains(path);
        if (!words(head, "upgrade").anyMatch("websocket"::equalsIgnoreCase)) {
            return known && !path.isEmpty() ? new Judged.Refused(new UpgradeMissing(printed(head))) : new Judged.None();
        }
        if (!known) {
            return new Judged.Refused(new WebSocketPathUnknown(printed(head)));
        }
        HandshakeRefusal fault = faultOf(head);
        return fault == null ? agree(head) : new Judged.Refused(fault);
    }

    private @Nullable HandshakeRefusal faultOf(HttpRequest head) {
        boolean body = !head.header("content-length").orElse("0").equals("0")
                || head.header("transfer-encoding").isPresent();
        if (!head.method().equals("GET") || body) {
            return new HandshakeNotGet(head.method());
        }
        String version = head.header("sec-websocket-version").orElse("");
        if (!version.equals(VERSION)) {
            return new WebSocketVersionUnsupported(cut(version));
        }
        if (words(head, "connection").noneMatch("upgrade"::equalsIgnoreCase)) {
            return new HandshakeMalformed("its Connection header does not say 'Upgrade'");
        }
        if (!KEY.matcher(head.header("sec-websocket-key").orElse("")).matches()) {
            return new HandshakeMalformed("its Sec-WebSocket-Key is not one of 16 bytes in base64");
        }
        Optional<String> origin = head.header("origin");
        if (origin.isPresent() && showedCertificate.test(head.connection()) && !isOwn(origin.get(), head.host())) {
            return new OriginNotAllowed(cut(origin.get()), cut(head.host()));
        }
        return null;
    }

    private static boolean isOwn(String origin, String host) {
        Matcher match = ORIGIN_HOST.matcher(origin.toLowerCase(Locale.ROOT));
        return match.matches() && match.group(1).equals(host);
    }

    private Judged agree(HttpRequest head) {
        List<String> offered = words(head, "sec-websocket-protocol").toList();
        for (String name : offered) {
            for (SubProtocol protocol : protocols) {
                if (protocol.names().stream().anyMatch(name::equalsIgnoreCase)) {
                    String key = head.header("sec-websocket-key").orElseThrow();
                    return new Judged.Agreed(protocol, name, proofOf(key));
                }
            }
        }
        List<String> known =
                protocols.stream().map(each -> each.names().getFirst()).toList();
        return new Judged.Refused(
                offered.isEmpty()
                        ? new SubProtocolMissing(known)
                        : new SubProtocolUnknown(cut(String.join(", ", offered)), known));
    }

    /** The parts of a field that is a list. */
    private static Stream<String> words(HttpRequest head, String field) {
        return Arrays.stream(head.header(field).orElse("").split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty());
    }

    private static String printed(HttpRequest head) {
        return cut("/" + String.join("/", head.path()));
    }

    private static String cut(String text) {
        return text.length() > PRINTED_MAX_CHARS ? text.substring(0, PRINTED_MAX_CHARS) + "…" : text;
    }

    private static String proofOf(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + PROOF_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-1", e);
        }
    }
}
