package dev.holdfast.tls.trace;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHelloParser;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.ParsedHello;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of one handshake message: pure, and what it allocates is bounded by a small multiple of the body's length, which
 * the caller bounds. Only what a person is told is read; it accepts more than a TLS library may.
 */
final class HandshakeMessageParser {
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;
    private static final int NEW_SESSION_TICKET = 4;
    private static final int CERTIFICATE = 11;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int SERVER_HELLO_DONE = 14;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final int CLIENT_KEY_EXCHANGE = 16;
    private static final int CERTIFICATE_STATUS = 22;

    private static final int NAMED_CURVE = 3;

    private HandshakeMessageParser() {}

    /**
     * @param body without the type and the length; read from its position to its limit
     * @param chosen what the server chose before; null when it has not yet
     */
    static HandshakeMessage parse(int type, ByteBuffer body, @Nullable ServerHello chosen) {
        try {
            return switch (type) {
                case CLIENT_HELLO -> clientHello(body);
                case SERVER_HELLO -> new HandshakeMessage.ServerChoice(ServerHelloParser.parse(body));
                case NEW_SESSION_TICKET -> newSessionTicket(body);
                case CERTIFICATE -> certificates(body);
                case SERVER_KEY_EXCHANGE -> serverKey(body, chosen);
                case CERTIFICATE_REQUEST -> certificateRequest(body, chosen);
                case SERVER_HELLO_DONE -> new HandshakeMessage.ServerHelloDone();
                case CERTIFICATE_VERIFY ->
                    new HandshakeMessage.CertificateVerify(namesSchemes(chosen) ? Vectors.uint16(body) : null);
                case CLIENT_KEY_EXCHANGE -> new HandshakeMessage.ClientKey();
                case CERTIFICATE_STATUS -> new HandshakeMessage.CertificateStatus();
                default -> new HandshakeMessage.Other(type);
            };
        } catch (BufferUnderflowException _) {
            return new HandshakeMessage.Malformed(type, "a field is longer than what is left of the message around it");
        }
    }

    private static HandshakeMessage clientHello(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return switch (ClientHelloParser.parse(bytes)) {
            case ParsedHello.Whole(var hello) -> new HandshakeMessage.Hello(hello);
            case ParsedHello.Refused(HelloMalformed(var what)) -> new HandshakeMessage.Malformed(CLIENT_HELLO, what);
            case ParsedHello.Refused(var why) -> new HandshakeMessage.Malformed(CLIENT_HELLO, why.reason());
        };
    }

    private static HandshakeMessage newSessionTicket(ByteBuffer body) {
        long lifetime = Integer.toUnsignedLong(body.getInt());
        return new HandshakeMessage.NewSessionTicket(
                lifetime, Vectors.vector16(body).remaining());
    }

    private static HandshakeMessage certificates(ByteBuffer body) {
        List<Integer> sizes = new ArrayList<>();
        ByteBuffer list = Vectors.vector24(body);
        while (list.hasRemaining()) {
            sizes.add(Vectors.vector24(list).remaining());
        }
        return new HandshakeMessage.Certificates(sizes);
    }

    /** RFC 8422 5.4 for elliptic curves, RFC 5246 7.4.3 for finite fields. */
    private static HandshakeMessage serverKey(ByteBuffer body, @Nullable ServerHello chosen) {
        CipherSuite suite = chosen == null ? null : chosen.cipherSuite();
        Optional<String> group = Optional.empty();
        if (suite != null && suite.isEcdhe()) {
            if (Vectors.uint8(body) != NAMED_CURVE) {
                return new HandshakeMessage.ServerKey(Optional.of("a curve without a name"), null);
            }
            group = Optional.of(NamedGroup.nameOf(Vectors.uint16(body)));
            Vectors.vector8(body);
        } else if (suite != null && suite.isDhe()) {
            group = Optional.of("finite field of " + Vectors.vector16(body).remaining() * 8 + " bits");
            Vectors.vector16(body);
            Vectors.vector16(body);
        } else {
            return new HandshakeMessage.ServerKey(group, null);
        }
        return new HandshakeMessage.ServerKey(group, namesSchemes(chosen) ? Vectors.uint16(body) : null);
    }

    private static HandshakeMessage certificateRequest(ByteBuffer body, @Nullable ServerHello chosen) {
        Vectors.vector8(body);
        List<Integer> schemes = new ArrayList<>();
        if (namesSchemes(chosen)) {
            ByteBuffer list = Vectors.vector16(body);
            while (list.hasRemaining()) {
                schemes.add(Vectors.uint16(list));
            }
        }
        int authorities = 0;
        ByteBuffer names = Vectors.vector16(body);
        while (names.hasRemaining()) {
            Vectors.vector16(names);
            authorities++;
        }
        return new HandshakeMessage.CertificateRequest(schemes, authorities);
    }

    /** Before TLS 1.2 a signature's kind follows from the key. */
    private static boolean namesSchemes(@Nullable ServerHello chosen) {
        return chosen == null || chosen.version() >= TlsVersion.TLS_1_2.code();
    }
}
