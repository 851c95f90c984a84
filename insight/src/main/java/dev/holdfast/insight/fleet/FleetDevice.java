package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a device from the times it was let in; all but the times and the counts is of the last one.
 *
 * @param device its id, or {@code device/module}
 * @param address where it came from, without a port
 * @param serverName the name it asked for (SNI), in one line; null when it named none
 * @param version as people write it: {@code TLS 1.3}
 * @param group of the key exchange, as the hello decides it; null when that is not known
 * @param serverKey of the certificate it was shown: {@code RSA} or {@code ECDSA}; null when that is not known
 * @param resumed whether the last handshake resumed a session
 * @param shape {@link HelloShape#id} of its hello; null when there was no room for one more
 * @param client what it calls itself; null when it does not say
 * @param authentication {@code sas} or {@code x509}
 * @param certificate the one it showed, whether it was let in by it or not
 * @param policy the one that judged its hello
 * @param told for which refusal by a policy that is only tried a report was written; null for none
 */
public record FleetDevice(
        String hub,
        String device,
        Instant firstSeen,
        Instant lastSeen,
        String address,
        String listener,
        @Nullable String serverName,
        String version,
        String suite,
        @Nullable String group,
        @Nullable String serverKey,
        boolean resumed,
        long fullHandshakes,
        long resumedHandshakes,
        @Nullable String shape,
        @Nullable String client,
        String authentication,
        @Nullable ClientCertificate certificate,
        @Nullable String policy,
        @Nullable String told) {
    private static final int NAME_MAX_CHARS = 260;
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9._:-]{1,255}");

    /** As it was seen once. */
    static FleetDevice of(DeviceConnected connected, @Nullable String shape) {
        Connection connection = connected.connection();
        Handshake handshake = Handshake.of(connection);
        Optional<Offer> offer = Offer.of(connection);
        String serverName = handshake.serverName();
        return new FleetDevice(
                        connected.hub(),
                        connected.device(),
                        connected.time(),
                        connected.time(),
                        connection.remoteAddress().getAddress().getHostAddress(),
                        connection.listener(),
                        asKept(serverName),
                        TlsVersion.ofEngineName(handshake.version())
                                .map(TlsVersion::toString)
                                .orElse(handshake.version()),
                        handshake.cipherSuite(),
                        offer.map(Offer::group).map(NamedGroup::toString).orElse(null),
                        offer.map(Offer::chain)
                                .map(chain -> chain.leaf().getPublicKey() instanceof RSAKey ? "RSA" : "ECDSA")
                                .orElse(null),
                        handshake.resumed(),
                        handshake.resumed() ? 0 : 1,
                        handshake.resumed() ? 1 : 0,
                        shape,
                        connected.client(),
                        connected.authentication(),
                        ClientCertificate.of(handshake),
                        offer.map(Offer::policy).orElse(null),
                        null)
                .shared();
    }

    /** A host name as it is, since policies are found by it. */
    private static @Nullable String asKept(@Nullable String serverName) {
        return serverName == null || HOST_NAME.matcher(serverName).matches()
                ? serverName
                : Report.cleaned(serverName, NAME_MAX_CHARS);
    }

    /** What a hundred thousand devices have in common is there once. */
    FleetDevice shared() {
        return new FleetDevice(
                hub.intern(),
                device,
                firstSeen,
                lastSeen.equals(firstSeen) ? firstSeen : lastSeen,
                address,
                listener.intern(),
                shared(serverName),
                version.intern(),
                suite.intern(),
                shared(group),
                shared(serverKey),
                resumed,
                fullHandshakes,
                resumedHandshakes,
                shared(shape),
                shared(client),
                authentication.intern(),
                certificate == null ? null : certificate.shared(),
                shared(policy),
                told);
    }

    private static @Nullable String shared(@Nullable String text) {
        return text == null ? null : text.intern();
    }

    /** This one, seen after another time. */
    FleetDevice after(FleetDevice before) {
        return new FleetDevice(
                hub,
                device,
                before.firstSeen,
                lastSeen,
                address,
                listener,
                serverName,
                version,
                suite,
                group,
                serverKey,
                resumed,
                before.fullHandshakes + fullHandshakes,
                before.resumedHandshakes + resumedHandshakes,
                shape,
                client,
                authentication,
                certificate,
                policy,
                told == null ? before.told : told);
    }

    FleetDevice withTold(@Nullable String mark) {
        return new FleetDevice(
                hub,
                device,
                firstSeen,
                lastSeen,
                address,
                listener,
                serverName,
                version,
                suite,
                group,
                serverKey,
                resumed,
                fullHandshakes,
                resumedHandshakes,
                shape,
                client,
                authentication,
                certificate,
                policy,
                mark);
    }

    /** What it can't do without. */
    public Set<ClientNeed> needs(KnownShape known) {
        return Arrays.stream(ClientNeed.values())
                .filter(need -> FleetQuery.needs(this, Optional.of(known), need))
                .collect(Collectors.toSet());
    }

    DeviceKey key() {
        return new DeviceKey(hub, device);
    }

    /** Whether it was let in by its certificate. */
    public boolean usesCertificate() {
        return authentication.equals("x509");
    }
}
