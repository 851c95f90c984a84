package dev.holdfast.tls.listen;

import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.tls.report.VerdictRefusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;

/** What a refused client is told on the wire, before there is an engine. */
enum Alert {
    HANDSHAKE_FAILURE(40),
    DECODE_ERROR(50),
    PROTOCOL_VERSION(70),
    INAPPROPRIATE_FALLBACK(86),
    UNRECOGNIZED_NAME(112);

    private static final int RECORD_ALERT = 21;
    private static final int FATAL = 2;
    private static final int SSL_3_0 = 0x0300;
    private static final int TLS_1_2 = 0x0303;

    private final int code;

    Alert(int code) {
        this.code = code;
    }

    /** Empty where an alert would not be understood, would come too late, or is the engine's to send. */
    static Optional<Alert> of(TlsRefusal refusal) {
        return Optional.ofNullable(
                switch (refusal) {
                    case HelloRefusal.NotTls _ -> null;
                    case HelloRefusal.HelloMalformed _, HelloRefusal.HelloTooLarge _ -> DECODE_ERROR;
                    case HelloRefusal.HelloTooSlow _, HelloRefusal.ClosedInHello _ -> null;
                    case VerdictRefusal.UnknownServerName _ -> UNRECOGNIZED_NAME;
                    case VerdictRefusal.NoCommonVersion _ -> PROTOCOL_VERSION;
                    case VerdictRefusal.Retired retired -> retired.isVersion() ? PROTOCOL_VERSION : HANDSHAKE_FAILURE;
                    case VerdictRefusal.FallbackNotNeeded _ -> INAPPROPRIATE_FALLBACK;
                    case VerdictRefusal.EngineCannot _,
                            VerdictRefusal.NoCommonSuite _,
                            VerdictRefusal.NoCommonGroup _,
                            VerdictRefusal.CertificateCurveNotOffered _,
                            VerdictRefusal.NoCommonSignature _ -> HANDSHAKE_FAILURE;
                    case HandshakeFailure _ -> null;
                });
    }

    /**
     * The alert as a record of its own.
     *
     * @param legacyVersion of the hello: an old client drops a record of a version that it doesn't know
     */
    ByteBuf record(int legacyVersion) {
        int version = Math.clamp(legacyVersion, SSL_3_0, TLS_1_2);
        return Unpooled.wrappedBuffer(
                new byte[] {RECORD_ALERT, (byte) (version >>> 8), (byte) version, 0, 2, FATAL, (byte) code});
    }
}
