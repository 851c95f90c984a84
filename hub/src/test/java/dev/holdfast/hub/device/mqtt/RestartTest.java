package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Disk;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubLogs;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.NamedTls;
import dev.holdfast.hub.NewHub;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.hub.TestHub;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.store.Log;
import dev.holdfast.store.embedded.EmbeddedLog;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.ForgetfulDisk;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The face over the storage that is shipped, closed and opened again. */
class RestartTest {
    private static final HubName HUB1 = new HubName("hub1");
    private static final DeviceId DEV1 = new DeviceId("dev1");
    private static final String EVENTS = "devices/dev1/messages/events/";

    @TempDir
    private Path data = Path.of("");

    private final List<Report> reports = Collections.synchronizedList(new ArrayList<>());
    private String token = "";
    private Disk disk = Disk.real();

    /** One run of the server, on the same files as the one before. */
    private final class Run implements AutoCloseable {
        private final InstantSource clock = InstantSource.system();
        private final Limits limits = Limits.defaults();
        private final EmbeddedTable table = EmbeddedTable.open(data.resolve("state.db"), limits.storage());
        private final Hubs hubs = new Hubs(
                table,
                logs(),
                new HostNames(List.of("hub.test"), HUB1),
                new NamedTls(),
                clock,
                new SecureRandom(),
                limits,
                NobodyAsked.ASKING,
                false);
        private final PlainListener listener =
                new PlainListener(hubs, clock, reports::add, PeerIdentity.Anonymous::new);

        private HubLogs logs() {
            return new HubLogs() {
                @Override
                public Log open(HubName hub, int partitions) {
                    return openLog(disk, hub, partitions);
                }

                @Override
                public void delete(HubName hub) {}
            };
        }

        private Hub hub() {
            return hubs.byName(HUB1).orElseThrow();
        }

        private RawClient connect(int flags) throws IOException {
            RawClient client = new RawClient(listener.port());
            client.connect("dev1", "hub1.hub.test/dev1/?api-version=2021-04-12", token, flags, null);
            return client;
        }

        private List<String> bodies() {
            return bodiesIn(hub().log());
        }

        @Override
        public void close() {
            hubs.close();
            listener.close();
            table.close();
        }
    }

    private Log openLog(Disk on, HubName hub, int partitions) {
        Limits limits = Limits.defaults();
        return EmbeddedLog.open(
                on,
                data.resolve(hub.value()),
                partitions,
                limits.telemetry().pendingMaxBytes(),
                limits.storage(),
                InstantSource.system());
    }

    private static List<String> bodiesIn(Log log) {
        List<String> bodies = new ArrayList<>();
        for (int partition = 0; partition < log.partitions(); partition++) {
            for (Log.Entry entry : log.read(partition, 0, 1024 * 1024)) {
                bodies.add(new String(StoredMessage.of(entry).message().body(), StandardCharsets.UTF_8));
            }
        }
        return bodies;
    }

    @BeforeEach
    void makeTheHub() {
        try (Run run = new Run()) {
            run.hubs.create(NewHub.named(HUB1));
            TestHub keys = new TestHub("hub1", new MemoryTable(), new TestClock(run.clock.instant()));
            token = keys.token("dev1");
            run.hub().registry().apply(new RegistryRequest.Create(DeviceSpec.of(DEV1, TestHub.KEYS)));
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestart() throws IOException {
        try (Run run = new Run();
                RawClient client = run.connect(RawClient.CLEAN)) {
            assertThat(client.connack()).isZero();
            for (int i = 1; i <= 500; i++) {
                client.publish(0x32, i, EVENTS, ("m" + i).getBytes(StandardCharsets.UTF_8));
            }
            for (int i = 1; i <= 500; i++) {
                assertThat(client.puback()).isEqualTo(i);
            }
        }
        try (Run run = new Run()) {
            assertThat(run.bodies()).hasSize(500).startsWith("m1", "m2").endsWith("m500");
        }
    }

    /** The power is cut at each PUBACK: whatever was not forced by then is gone, and the message must not be. */
    @Test
    void noPubackPrecedesTheSyncOfItsMessage() throws IOException {
        ForgetfulDisk forgetful = new ForgetfulDisk(1);
        disk = forgetful;
        try (Run run = new Run();
                RawClient client = run.connect(RawClient.CLEAN)) {
            assertThat(client.connack()).isZero();
            for (int i = 1; i <= 100; i++) {
                client.publish(0x32, i, EVENTS, ("m" + i).getBytes(StandardCharsets.UTF_8));
            }
            for (int i = 1; i <= 100; i++) {
                assertThat(client.puback()).isEqualTo(i);
                ForgetfulDisk afterPowerCut = forgetful.survivor();
                try (Log left = openLog(afterPowerCut, HUB1, run.hub().log().partitions())) {
                    assertThat(bodiesIn(left)).contains("m" + i);
                }
            }
        }
    }

    /** As long as the disk holds a sync up, nothing is acknowledged. */
    @Test
    void aSyncThatWaitsHoldsThePubackBack() throws Exception {
        ForgetfulDisk forgetful = new ForgetfulDisk(2);
        disk = forgetful;
        try (Run run = new Run();
                RawClient client = run.connect(RawClient.CLEAN)) {
            assertThat(client.connack()).isZero();
            CountDownLatch syncing = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            forgetful.beforeForce(() -> {
                syncing.countDown();
                awaitSoon(goOn);
            });
            client.publish(0x32, 1, EVENTS, "m1".getBytes(StandardCharsets.UTF_8));
            assertThat(syncing.await(20, TimeUnit.SECONDS)).isTrue();
            // Its answer is next: a PUBACK before it would fail here.
            client.ping();
            goOn.countDown();
            assertThat(client.puback()).isEqualTo(1);
        }
    }

    private static void awaitSoon(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aKeptSessionIsPresentAfterARestartUntilItsDeviceIsDeleted() throws IOException {
        try (Run run = new Run();
                RawClient client = run.connect(0)) {
            assertThat(client.sessionPresent()).isFalse();
            client.subscribe(1, 1, "devices/dev1/messages/devicebound/#");
            assertThat(client.suback()).containsExactly(1);
        }
        try (Run run = new Run()) {
            try (RawClient client = run.connect(0)) {
                assertThat(client.sessionPresent()).isTrue();
                run.hub().registry().apply(new RegistryRequest.Delete(DEV1, new Precondition.Exists()));
                assertThat(client.isClosed()).isTrue();
            }
            run.hub().registry().apply(new RegistryRequest.Create(DeviceSpec.of(DEV1, TestHub.KEYS)));
            try (RawClient client = run.connect(0)) {
                assertThat(client.sessionPresent()).isFalse();
            }
        }
        assertThat(reports).extracting(Report::reason).containsOnly("ServerStopping", "DeviceDeleted");
    }

    @Test
    void aCleanConnectionWipesTheSessionDurably() throws IOException {
        try (Run run = new Run();
                RawClient client = run.connect(0)) {
            assertThat(client.sessionPresent()).isFalse();
        }
        try (Run run = new Run();
                RawClient client = run.connect(RawClient.CLEAN)) {
            assertThat(client.sessionPresent()).isFalse();
        }
        try (Run run = new Run();
                RawClient client = run.connect(0)) {
            assertThat(client.sessionPresent()).isFalse();
        }
    }
}
