package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One identity, many connections that take it from one another while their messages are under way. */
class TakeoverTest {
    private static final int THREADS = 4;
    private static final int CONNECTIONS_EACH = 250;
    private static final int MESSAGES_EACH = 8;

    @Test
    void aThousandTakeoversLoseNoAcknowledgementAndLeaveOneOwner()
            throws IOException, InterruptedException, ExecutionException {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        try (TestServer server = new TestServer()) {
            try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
                List<Future<?>> all = new ArrayList<>();
                for (int t = 0; t < THREADS; t++) {
                    int thread = t;
                    all.add(threads.submit(() -> {
                        for (int i = 0; i < CONNECTIONS_EACH; i++) {
                            takeOver(server, thread + "-" + i, acknowledged);
                        }
                        return null;
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
            TestServer.await("all gone", () -> server.hub1.links.count() == 0);
            try (RawClient last = server.connected("dev1")) {
                assertThat(server.hub1.links.isConnected(Identity.of(new DeviceId("dev1"))))
                        .isTrue();
                assertThat(server.hub1.links.count()).isEqualTo(1);
                last.publish(0x32, 1, "devices/dev1/messages/events/", new byte[0]);
                assertThat(last.puback()).isEqualTo(1);
            }
            Set<String> stored = new HashSet<>();
            server.hub1
                    .stored()
                    .forEach(message -> stored.add(new String(message.message().body(), StandardCharsets.UTF_8)));
            assertThat(stored).containsAll(acknowledged);
            assertThat(acknowledged)
                    .as("the test is worth nothing if hardly any was")
                    .hasSizeGreaterThan(500);
            assertThat(server.reasons()).containsOnly("SupersededByNewConnection");
            assertThat(server.reasons()).hasSizeGreaterThan(100);
        }
    }

    /** Connects, sends, and reads acknowledgements until all came or someone else took over. */
    private static void takeOver(TestServer server, String name, Set<String> acknowledged) throws IOException {
        try (RawClient client = server.open()) {
            client.connect("dev1", server.hub1.hostName + "/dev1/?api-version=2021-04-12", server.hub1.token("dev1"));
            if (client.connack() != 0) {
                return;
            }
            for (int i = 1; i <= MESSAGES_EACH; i++) {
                client.publish(0x32, i, "devices/dev1/messages/events/", bytes(name + "/" + i));
            }
            for (int i = 1; i <= MESSAGES_EACH; i++) {
                int packetId = client.puback();
                if (packetId < 0) {
                    return;
                }
                assertThat(packetId).as("in order").isEqualTo(i);
                acknowledged.add(name + "/" + i);
            }
        } catch (java.net.SocketException closedWhileSending) {
            assertThat(server.reasons()).contains("SupersededByNewConnection");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
