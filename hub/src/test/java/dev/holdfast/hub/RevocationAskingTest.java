package dev.holdfast.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.revocation.Issuer;
import dev.holdfast.hub.revocation.ListChange;
import dev.holdfast.hub.revocation.Origin;
import dev.holdfast.hub.revocation.Outgoing;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.revocation.RevocationRefusal.CertificateRevoked;
import dev.holdfast.hub.revocation.RevocationRefusal.RevocationUnknown;
import dev.holdfast.hub.revocation.RevocationSettings;
import dev.holdfast.hub.revocation.WhenUnknown;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Asking authorities while clocks jump, responders hang and authorities come and go. */
final class RevocationAskingTest {
    private static final Origin NOWHERE = new Origin.Nowhere();
    private static final Origin SOMEWHERE = new Origin.At(URI.create("http://pki.example/"));

    // The answers of the test's responder are of the real time.
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant end = now.plus(Duration.ofDays(60));
    private final TestClock clock = new TestClock(now);
    private final TestAuthority plant = new TestAuthority("Plant", now, end);
    private final X509Certificate device =
            plant.issue("pump-1", KeyKind.EC_P256, now, end).certificate();
    private final List<X509Certificate> path = List.of(device, plant.certificate());
    private final List<Issuer> issuers = new CopyOnWriteArrayList<>();
    private final AtomicReference<Scripted> script = new AtomicReference<>(_ -> {
        throw new IOException("nobody answers");
    });
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger sweeps = new AtomicInteger();
    private final Outgoing outgoing = new Outgoing() {
        @Override
        public byte[] get(URI uri, int maxBytes) throws IOException {
            asked.incrementAndGet();
            return script.get().answer(new byte[0]);
        }

        @Override
        public byte[] post(URI uri, String contentType, byte[] body, int maxBytes) throws IOException {
            asked.incrementAndGet();
            return script.get().answer(body);
        }
    };

    private interface Scripted {
        byte[] answer(byte[] question) throws IOException;
    }

    private Revocation revocation() {
        return revocation(Limits.defaults().with(impatient(Limits.defaults().revocation())));
    }

    private Revocation revocation(Limits limits) {
        return new Revocation(
                new MemoryTable(),
                new HubName("hub1"),
                () -> issuers,
                new Revocation.Asking(outgoing, task -> Thread.ofVirtual().start(task)),
                clock,
                limits,
                _ -> sweeps.incrementAndGet());
    }

    /** As {@link #revocation()}, asking on the thread that wants to know. */
    private Revocation direct() {
        return new Revocation(
                new MemoryTable(),
                new HubName("hub1"),
                () -> issuers,
                new Revocation.Asking(outgoing, Runnable::run),
                clock,
                Limits.defaults(),
                _ -> sweeps.incrementAndGet());
    }

    private static Limits.Revocation impatient(Limits.Revocation usual) {
        return new Limits.Revocation(
                usual.listMaxBytes(),
                usual.listMaxEntries(),
                usual.listsMaxBytes(),
                usual.clockMaxSkew(),
                usual.listEvery(),
                usual.answerMaxAge(),
                usual.answerMaxBytes(),
                usual.answersMax(),
                usual.questionsMax(),
                Duration.ofMillis(100));
    }

    private static Issuer issuer(String name, X509Certificate certificate, Origin lists, Origin answers) {
        return new Issuer(name, certificate, new RevocationSettings(lists, answers, WhenUnknown.ALLOW));
    }

    private static Issuer refusing(String name, X509Certificate certificate, Origin lists, Origin answers) {
        return new Issuer(name, certificate, new RevocationSettings(lists, answers, WhenUnknown.REFUSE));
    }

    private byte[] list(TestAuthority authority, X509Certificate... revoked) {
        return authority.revocationList(
                now,
                end,
                List.of(revoked).stream().map(X509Certificate::getSerialNumber).toList());
    }

    @Test
    void a_responder_that_hangs_lets_nobody_in_whom_it_kept_out() {
        issuers.add(issuer("plant", plant.certificate(), NOWHERE, SOMEWHERE));
        Revocation revocation = revocation();
        plant.revoke(device.getSerialNumber());
        script.set(question -> plant.answer(question, Duration.ofHours(1)));
        // The first look may be over before the answer is there.
        while (!(revocation.faultOf(path) instanceof CertificateRevoked)) {
            Thread.onSpinWait();
        }
        CountDownLatch over = new CountDownLatch(1);
        script.set(_ -> {
            awaits(over);
            throw new IOException("too late");
        });
        clock.advance(Duration.ofHours(2));
        assertThat(revocation.faultOf(path)).isInstanceOf(CertificateRevoked.class);
        over.countDown();
    }

    @Test
    void newcomers_get_an_answer_while_the_responder_is_slow_to_answer_again_about_who_is_connected() throws Exception {
        issuers.add(refusing("plant", plant.certificate(), NOWHERE, SOMEWHERE));
        Limits limits = Limits.defaults();
        Revocation revocation = revocation(limits);
        int connected = 2 * limits.revocation().questionsMax();
        CountDownLatch over = new CountDownLatch(1);
        script.set(question -> {
            awaits(over);
            return plant.answer(question, Duration.ofHours(1));
        });
        for (int i = 0; i < connected; i++) {
            X509Certificate each =
                    plant.issue("connected-" + i, KeyKind.EC_P256, now, end).certificate();
            assertThat(revocation.faultOfConnected(List.of(each, plant.certificate())))
                    .isNull();
        }
        while (asked.get() < limits.revocation().questionsMax() / 2) {
            Thread.onSpinWait();
        }
        script.set(question -> plant.answer(question, Duration.ofHours(1)));
        assertThat(revocation.faultOf(path)).isNull();
        over.countDown();
    }

    private static void awaits(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void what_a_responder_said_by_a_clock_that_was_ahead_is_asked_again_when_it_is_set_back() {
        issuers.add(refusing("plant", plant.certificate(), NOWHERE, SOMEWHERE));
        Revocation revocation = direct();
        script.set(question -> plant.answer(question, Duration.ofHours(1)));
        clock.advance(Duration.ofDays(30));
        assertThat(revocation.faultOf(path)).isInstanceOf(RevocationUnknown.class);
        clock.set(now);
        assertThat(revocation.faultOf(path)).isNull();
    }

    @Test
    void lists_are_fetched_and_connections_looked_at_also_after_the_clock_was_set_back() {
        issuers.add(refusing("plant", plant.certificate(), SOMEWHERE, NOWHERE));
        byte[] list = list(plant);
        script.set(_ -> list);
        Revocation revocation = direct();
        clock.advance(Duration.ofDays(30));
        revocation.tick();
        assertThat(asked).hasValue(1);
        sweeps.set(0);
        clock.set(now);
        revocation.tick();
        assertThat(asked).hasValue(2);
        assertThat(sweeps).hasPositiveValue();
        sweeps.set(0);
        revocation.tick();
        assertThat(asked).as("not due").hasValue(2);
        assertThat(sweeps).as("looked at just now").hasValue(0);
    }

    @Test
    void the_list_of_an_authority_that_comes_back_is_fetched_at_once_and_so_is_one_that_was_removed() {
        Issuer registered = issuer("plant", plant.certificate(), SOMEWHERE, NOWHERE);
        issuers.add(registered);
        script.set(_ -> list(plant, device));
        Revocation revocation = direct();
        revocation.tick();
        assertThat(revocation.faultOf(path)).isInstanceOf(CertificateRevoked.class);
        issuers.clear();
        revocation.authoritiesChanged();
        issuers.add(registered);
        revocation.authoritiesChanged();
        revocation.tick();
        assertThat(revocation.faultOf(path)).isInstanceOf(CertificateRevoked.class);
        assertThat(revocation.remove("plant")).isInstanceOf(ListChange.Done.class);
        revocation.tick();
        assertThat(revocation.faultOf(path)).isInstanceOf(CertificateRevoked.class);
        assertThat(asked).hasValue(3);
    }

    @Test
    void a_list_that_comes_too_late_does_not_replace_that_of_another_authority_of_the_name() {
        TestAuthority twin = new TestAuthority("Plant", now, end);
        X509Certificate other = twin.issue("pump-2", KeyKind.EC_P256, now, end).certificate();
        issuers.add(issuer("plant", plant.certificate(), SOMEWHERE, NOWHERE));
        Revocation revocation = direct();
        script.set(_ -> {
            issuers.clear();
            revocation.authoritiesChanged();
            issuers.add(issuer("plant", twin.certificate(), NOWHERE, NOWHERE));
            revocation.authoritiesChanged();
            assertThat(revocation.add("plant", list(twin, other))).isInstanceOf(ListChange.Done.class);
            return list(plant);
        });
        assertThat(revocation.fetch("plant")).isInstanceOf(ListChange.Refused.class);
        assertThat(revocation.faultOf(List.of(other, twin.certificate()))).isInstanceOf(CertificateRevoked.class);
    }

    @Test
    void a_line_is_out_when_an_authority_further_above_is() {
        TestAuthority upper = plant.intermediate("Upper", now, end);
        TestAuthority line = upper.intermediate("Line", now, end);
        issuers.add(issuer("line", line.certificate(), NOWHERE, NOWHERE));
        issuers.add(issuer("upper", upper.certificate(), NOWHERE, NOWHERE));
        issuers.add(issuer("plant", plant.certificate(), NOWHERE, NOWHERE));
        Revocation revocation = direct();
        List<X509Certificate> below =
                List.of(line.issue("pump-3", KeyKind.EC_P256, now, end).certificate(), line.certificate());
        revocation.add("plant", list(plant));
        assertThat(revocation.faultOf(below)).isNull();
        revocation.add("plant", list(plant, upper.certificate()));
        assertThat(revocation.faultOf(below)).isInstanceOf(CertificateRevoked.class);
        // By its other certificate the upper one stands.
        issuers.add(issuer("upper-2", plant.certify(upper, now, end), NOWHERE, NOWHERE));
        assertThat(revocation.faultOf(below)).isNull();
    }

    @Test
    void authorities_that_certified_each_other_are_looked_at_once() {
        TestAuthority other = new TestAuthority("Other", now, end);
        issuers.add(issuer("a", other.certify(plant, now, end), NOWHERE, NOWHERE));
        issuers.add(issuer("b", plant.certify(other, now, end), NOWHERE, NOWHERE));
        Revocation revocation = direct();
        revocation.add("a", list(plant));
        assertThat(revocation.faultOf(List.of(device, issuers.getFirst().certificate())))
                .isNull();
    }
}
