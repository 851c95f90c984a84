package dev.holdfast.tls.trace;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a server chose (RFC 8446 4.1.3, RFC 5246 7.4.1.3).
 *
 * @param version code, from supported_versions where that is there
 * @param sessionIdBytes length of the session id
 * @param isRetryRequest a HelloRetryRequest: the client is to send its hello again with a key of {@code group}
 * @param group code of the group of key_share; null without it, as before TLS 1.3
 * @param resumesByKey whether it took a pre-shared key of the client's, which is how TLS 1.3 resumes a session
 * @param applicationProtocol ALPN; null when none is named here
 * @param extensions codes, in the order sent
 */
public record ServerHello(
        int version,
        int sessionIdBytes,
        int suite,
        boolean isRetryRequest,
        @Nullable Integer group,
        boolean resumesByKey,
        @Nullable String applicationProtocol,
        List<Integer> extensions) {
    public ServerHello {
        extensions = List.copyOf(extensions);
    }

    public boolean isTls13() {
        return version == TlsVersion.TLS_1_3.code();
    }

    public CipherSuite cipherSuite() {
        return CipherSuite.of(suite);
    }

    public Optional<TlsVersion> knownVersion() {
        return TlsVersion.of(version);
    }
}
