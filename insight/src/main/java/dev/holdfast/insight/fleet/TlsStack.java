package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.NamedGroup;
import java.util.List;
import java.util.Objects;

/**
 * Which TLS library a hello is probably of, by habits that its applications seldom change: which extensions it sends and in which
 * order. A guess for people; nothing is decided by it.
 */
final class TlsStack {
    private static final int GROUPS = 10;
    private static final int POINT_FORMATS = 11;
    private static final int STATUS_REQUEST_V2 = 17;
    private static final int ENCRYPT_THEN_MAC = 22;
    private static final int RECORD_SIZE_LIMIT = 28;
    private static final int CERTIFICATE_SIGNATURES = 50;

    private TlsStack() {}

    static String of(ClientHello hello) {
        List<Integer> extensions = hello.extensions();
        if (extensions.contains(STATUS_REQUEST_V2) || extensions.contains(CERTIFICATE_SIGNATURES)) {
            return "Java (JSSE)";
        }
        if (extensions.contains(RECORD_SIZE_LIMIT)) {
            return extensions.contains(ENCRYPT_THEN_MAC) ? "GnuTLS" : "NSS";
        }
        int points = extensions.indexOf(POINT_FORMATS);
        if (points >= 0 && points + 1 == extensions.indexOf(GROUPS)) {
            // OpenSSL 3.5 was the first one to offer it (April 2025).
            boolean hybrid = Objects.requireNonNullElse(hello.groups(), List.<Integer>of())
                    .contains(NamedGroup.X25519_MLKEM768.code());
            return hybrid ? "OpenSSL, 3.5 or newer" : "OpenSSL";
        }
        return "unknown";
    }
}
