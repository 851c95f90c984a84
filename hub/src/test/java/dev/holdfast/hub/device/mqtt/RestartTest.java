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
import dev.holdfast.hub.NewHub;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.store.Log;
import dev.holdfast.store.embedded.EmbeddedLog;
import dev.holdfast.store.embedded.EmbeddedTable;
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

    /** One run of the server, on the same files as the one before. */
    private final class Run implements AutoCloseable {
        private final InstantSource clock = InstantSource.system();
        private final Limits limits = Limits.defaults();
        private final EmbeddedTable table = EmbeddedTable.open(data.resolve("state.db"), limits.storage());
        private final Hubs hubs =
                new Hubs(table, logs(), new HostNames(List.of("hub.test"), HUB1), clock, new SecureRandom(), limits);
        private final PlainListener listener =
                new PlainListener(hubs, clock, reports::add, PeerIdentity.Anonymous::new);

        private HubLogs logs() {
            return new HubLogs() {
                @Override
                public Log open(HubName hub, int partitions) {
                    return EmbeddedLog.open(
                            Disk.real(),
                            data.resolve(hub.value()),
                            partitions,
                            limits.telemetry().pendingMaxBytes(),
                            limits.storage(),
                            clock);
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
            List<String> bodies = new ArrayList<>();
            for (int partition = 0; partition < hub().log().partitions(); partition++) {
                for (Log.Entry entry : hub().log().read(partition, 0, 1024 * 1024)) {
                    bodies.add(new String(StoredMessage.of(entry).message().body(), StandardCharsets.UTF_8));
                }
            }
            return bodies;
        }

        @Override
        public void close() {
            hubs.close();
            listener.close();
            table.close();
        }
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
