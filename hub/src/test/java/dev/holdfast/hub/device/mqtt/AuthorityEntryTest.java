package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.CertificateAuthority;
import dev.holdfast.hub.identity.DenialChange;
import dev.holdfast.hub.identity.DenialRequest;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.tls.peer.PeerIdentity;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices whose authority goes away: while they are connected, and in the very moment in which they are let in. */
class AuthorityEntryTest {
    private static final String QUERY = "/?api-version=2021-04-12";
    private static final int NOT_AUTHORIZED = 5;

    private final TestServer server = new TestServer();
    private final Instant before = server.clock.instant().minusSeconds(3600);
    private final Instant after = server.clock.instant().plusSeconds(3600);
    private final TestAuthority root = new TestAuthority("Root", before, after);
    private final TestAuthority line = root.intermediate("Line", before, after);

    @BeforeEach
    void register() {
        server.hub1.register("dev", new Authentication.CertificateAuthority());
        server.peer = new PeerIdentity.Certificates(
                List.of(line.issue("dev", KeyKind.EC_P256, before, after).certificate(), line.certificate()));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void authorities(TestAuthority... registered) {
        List<CertificateAuthority> all = List.of(registered).stream()
                .map(each -> new CertificateAuthority("a", each.certificate(), true, before, before))
                .toList();
        server.hub1
                .hub
                .settings()
                .update(now -> new HubSettings(
                        now.name(),
                        now.hostName(),
                        now.partitions(),
                        now.retentionDays(),
                        now.policies(),
                        now.consumerGroups(),
                        now.createdAt(),
                        all,
                        now.tls(),
                        now.events(),
                        now.throttles()));
    }

    /** As the hub does it: first the settings, then whoever came in by it. */
    private void delete(TestAuthority authority, TestAuthority... left) {
        authorities(left);
        CertificateAuthority deleted = new CertificateAuthority("a", authority.certificate(), true, before, before);
        int _ = server.hub1.links.endLetInBy(proof -> proof.leansOn(deleted), new LinkEnd.AuthorityDeleted("a"));
    }

    private RawClient connect() throws IOException {
        RawClient client = server.open();
        client.connect("dev", server.hub1.hostName + "/dev" + QUERY, null);
        return client;
    }

    @Test
    void whoever_came_in_by_a_deleted_authority_is_disconnected() throws IOException {
        authorities(root);
        try (RawClient client = connect();
                RawClient other = server.connected("dev1")) {
            assertThat(client.connack()).isZero();
            delete(root);
            assertThat(client.isClosed()).isTrue();
            TestServer.await("the entry is gone", () -> server.hub1.links.count() == 1);
            other.publish(0x32, 1, "devices/dev1/messages/events/", new byte[0]);
            assertThat(other.puback()).isEqualTo(1);
        }
        assertThat(server.reasons()).containsExactly("AuthorityDeleted");
    }

    /** Does something when the device's row is read for the n-th time from now on. */
    private void atLook(int look, Runnable action) {
        AtomicInteger looks = new AtomicInteger();
        server.table.afterGet((kind, key) -> {
            if (kind.equals("device") && key.equals("dev") && looks.incrementAndGet() == look) {
                action.run();
            }
        });
    }

    @Test
    void a_device_whose_authority_is_deleted_while_it_is_judged_is_not_let_in() throws IOException {
        authorities(root);
        atLook(1, () -> delete(root));
        try (RawClient client = connect()) {
            assertThat(client.connack()).isEqualTo(NOT_AUTHORIZED);
        }
        authorities(root);
        // At the second look the hub knows the connection, and ends it at once.
        atLook(2, () -> delete(root));
        try (RawClient client = connect()) {
            assertThat(client.connack()).isNotZero();
        }
        TestServer.await("the entry is gone", () -> server.hub1.links.count() == 0);
    }

    @Test
    void a_device_that_another_authority_lets_in_at_the_second_look_goes_with_that_one() throws IOException {
        authorities(line, root);
        // As if the line had been deleted after the first judgement and before the hub knew the connection.
        atLook(2, () -> authorities(root));
        try (RawClient client = connect()) {
            assertThat(client.connack()).isZero();
            delete(line, root);
            client.publish(0x32, 1, "devices/dev/messages/events/", new byte[0]);
            assertThat(client.puback()).isEqualTo(1);
            delete(root);
            assertThat(client.isClosed()).isTrue();
        }
    }

    private void deny(X509Certificate certificate) {
        assertThat(server.hub1
                        .hub
                        .denied()
                        .add(new DenialRequest.Certificate(Pem.write(certificate), DenialRequest.By.PUBLIC_KEY), ""))
                .isInstanceOf(DenialChange.Done.class);
    }

    @Test
    void whoever_came_in_over_a_denied_certificate_is_disconnected_and_stays_out() throws IOException {
        authorities(root);
        try (RawClient client = connect();
                RawClient other = server.connected("dev1")) {
            assertThat(client.connack()).isZero();
            deny(line.certificate());
            assertThat(client.isClosed()).isTrue();
            TestServer.await("the entry is gone", () -> server.hub1.links.count() == 1);
            other.publish(0x32, 1, "devices/dev1/messages/events/", new byte[0]);
            assertThat(other.puback()).isEqualTo(1);
        }
        try (RawClient again = connect()) {
            assertThat(again.connack()).isEqualTo(NOT_AUTHORIZED);
        }
        assertThat(server.reasons()).containsExactly("CertificateDenied", "CertificateDenied");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void a_device_whose_certificate_is_denied_while_it_is_judged_is_not_let_in(int look) throws IOException {
        authorities(root);
        atLook(look, () -> deny(line.certificate()));
        try (RawClient client = connect()) {
            assertThat(client.connack()).isNotZero();
        }
        TestServer.await("the entry is gone", () -> server.hub1.links.count() == 0);
    }
}
