package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.TestHub;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.Report;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Two hubs behind a plain socket: what the TLS listener would have learned is given by the test. */
final class TestServer implements AutoCloseable {
    final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
    final MemoryTable table = new MemoryTable();
    final TestHub hub1 = new TestHub("hub1", table, clock);
    final TestHub hub2 = new TestHub("hub2", table, clock);
    final List<Report> reports = Collections.synchronizedList(new ArrayList<>());
    volatile PeerIdentity peer = new PeerIdentity.Anonymous();
    private final PlainListener listener = new PlainListener(directory(), clock, reports::add, () -> peer);

    TestServer() {
        hub1.register("dev1");
        hub1.register("dev2");
    }

    private HubDirectory directory() {
        List<TestHub> both = List.of(hub1, hub2);
        return new HubDirectory() {
            @Override
            public Optional<Hub> byHostName(String hostName) {
                return both.stream()
                        .filter(hub -> hub.hostName.equalsIgnoreCase(hostName))
                        .map(hub -> hub.hub)
                        .findFirst();
            }

            @Override
            public Optional<Hub> byName(HubName name) {
                return all().stream().filter(hub -> hub.name().equals(name)).findFirst();
            }

            @Override
            public List<Hub> all() {
                return List.of(hub1.hub, hub2.hub);
            }
        };
    }

    int port() {
        return listener.port();
    }

    RawClient open() throws IOException {
        return new RawClient(port());
    }

    /** A connected device of the first hub that keeps no session. */
    RawClient connected(String device) throws IOException {
        RawClient client = open();
        client.connect(device, hub1.hostName + "/" + device + "/?api-version=2021-04-12", hub1.token(device));
        assertThat(client.connack()).isZero();
        return client;
    }

    List<String> reasons() {
        return List.copyOf(reports).stream().map(Report::reason).toList();
    }

    /** Waits until something that other threads do has happened. */
    static void await(String what, BooleanSupplier happened) {
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (!happened.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("did not happen in 20 s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        listener.close();
    }
}
