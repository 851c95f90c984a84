package dev.holdfast.tls.hello;

import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A client's first message: everything it offers, in the order in which it offers it, values that nobody has assigned included.
 *
 * @param legacyVersion the version field, which from TLS 1.3 on stays at that of 1.2
 * @param randomTime the first four bytes of the random as seconds since 1970: older TLS libraries put their clock there (RFC 5246
 *     7.4.1.2), all others chance
 * @param sessionIdBytes length of the session id
 * @param cipherSuites codes
 * @param extensions codes of all extensions
 * @param supportedVersions codes; null when the extension is absent, which means "up to {@code legacyVersion}"
 * @param groups codes of supported_groups; null when the extension is absent
 * @param keyShareGroups codes of the groups that came with a key; empty when none did
 * @param signatureAlgorithms codes; null when the extension is absent
 * @param certificateSignatureAlgorithms codes; null when the extension is absent, which means the same as for handshakes
 * @param serverName the host name of SNI as sent, which may be an address; null when the client named none
 * @param applicationProtocols the names of ALPN; empty when it was not sent
 * @param maxFragmentBytes what max_fragment_length asks for; null when it was not sent
 */
public record ClientHello(
        int legacyVersion,
        long randomTime,
        int sessionIdBytes,
        List<Integer> cipherSuites,
        List<Integer> extensions,
        @Nullable List<Integer> supportedVersions,
        @Nullable List<Integer> groups,
        List<Integer> keyShareGroups,
        @Nullable List<Integer> signatureAlgorithms,
        @Nullable List<Integer> certificateSignatureAlgorithms,
        @Nullable String serverName,
        List<String> applicationProtocols,
        @Nullable Integer maxFragmentBytes) {

    /** Extensions that are there or not, or longer or shorter, from one connection of the same client to the next. */
    private static final Set<Integer> PASSING_EXTENSIONS = Set.of(21, 41, 42, 44);

    /**
     * What all hellos of the same client have in common: without what is of one connection (the name it asks for, a session to be
     * resumed, padding, chance, values strewn in).
     */
    public ClientHello shape() {
        return new ClientHello(
                legacyVersion,
                0,
                0,
                real(cipherSuites),
                extensions.stream()
                        .filter(code -> !isGrease(code) && !PASSING_EXTENSIONS.contains(code))
                        .toList(),
                supportedVersions == null ? null : real(supportedVersions),
                groups == null ? null : real(groups),
                real(keyShareGroups),
                signatureAlgorithms == null ? null : real(signatureAlgorithms),
                certificateSignatureAlgorithms == null ? null : real(certificateSignatureAlgorithms),
                null,
                applicationProtocols,
                maxFragmentBytes);
    }

    private static List<Integer> real(List<Integer> codes) {
        return codes.stream().filter(code -> !isGrease(code)).toList();
    }

    /** Whether the client would speak this version. */
    public boolean offers(TlsVersion version) {
        return supportedVersions == null
                ? version.code() <= Math.min(legacyVersion, TlsVersion.TLS_1_2.code())
                : supportedVersions.contains(version.code());
    }

    /** For people: the versions in the client's order. */
    public List<String> offeredVersions() {
        return supportedVersions == null
                ? List.of("up to " + TlsVersion.nameOf(legacyVersion))
                : names(supportedVersions, TlsVersion::nameOf);
    }

    public List<String> offeredSuites() {
        return names(cipherSuites, code -> CipherSuite.of(code).name());
    }

    public List<String> offeredGroups() {
        return groups == null ? List.of() : names(groups, NamedGroup::nameOf);
    }

    /** For people: the groups that came with a key. */
    public List<String> offeredKeyShares() {
        return names(keyShareGroups, NamedGroup::nameOf);
    }

    public List<String> offeredSignatures() {
        return signatures(signatureAlgorithms);
    }

    public List<String> offeredCertificateSignatures() {
        return signatures(certificateSignatureAlgorithms);
    }

    private static List<String> signatures(@Nullable List<Integer> codes) {
        return codes == null ? List.of() : names(codes, SignatureScheme::nameOf);
    }

    /** Without the reserved values that a client strews in to keep servers tolerant (RFC 8701). */
    private static List<String> names(List<Integer> codes, IntFunction<String> name) {
        return codes.stream()
                .filter(code -> !isGrease(code))
                .map(code -> name.apply(code))
                .toList();
    }

    private static boolean isGrease(int code) {
        return (code & 0x0F0F) == 0x0A0A && code >>> 8 == (code & 0xFF);
    }
}
