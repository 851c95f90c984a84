package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.ForgetfulDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is told to end finishes what it took. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GracefulStopTest {
    @TempDir
    static Path made;

    @TempDir
    Path directory;

    @BeforeAll
    static void startOnce() throws Exception {
        TestServer.start(made.resolve("data")).close();
    }

    private Path data() throws IOException {
        Path copy = directory.resolve("data");
        Copies.copy(made.resolve("data"), copy);
        return copy;
    }

    @Test
    void what_is_being_stored_when_it_stops_is_acknowledged_and_health_says_stopping() throws Exception {
        ForgetfulDisk disk = new ForgetfulDisk(1);
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean hold = new AtomicBoolean();
        disk.beforeForce(() -> {
            if (hold.get()) {
                syncing.countDown();
                awaitQuietly(release);
            }
        });
        Server server = Server.start(TestServer.config(data()), disk, line -> {}, () -> false);
        String health = Objects.requireNonNull(server.ready().monitoring()).ready();
        try (TestDevice device = TestDevice.connect(server.ready())) {
            hold.set(true);
            for (int i = 0; i < 20; i++) {
                device.publish("message-" + i);
            }
            assertThat(syncing.await(20, TimeUnit.SECONDS)).isTrue();
            Thread stop = Thread.ofPlatform().start(server::close);
            PlainHttp.Answer answer = PlainHttp.get(health);
            while (answer.status() == 200) {
                answer = PlainHttp.get(health);
            }
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("\"status\":\"stopping\"");
            assertThat(device.isEnded()).isFalse();
            release.countDown();
            device.awaitEnd();
            assertThat(device.acknowledged())
                    .as("at least the batch that was being synced")
                    .isNotEmpty();
            stop.join();
            Server again = Server.start(TestServer.config(directory.resolve("data")), disk, line -> {}, () -> false);
            try (Telemetry telemetry = Telemetry.read(again.ready())) {
                telemetry.await(device.acknowledged());
            } finally {
                again.close();
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void every_acknowledged_message_of_a_pipeline_is_there_after_it() throws Exception {
        Path data = data();
        for (int round = 0; round < 3; round++) {
            String name = "round-" + round + "-";
            List<String> acknowledged;
            TestServer server = TestServer.start(data);
            try (TestDevice device = TestDevice.connect(server.ready())) {
                Thread load = Thread.ofVirtual().start(() -> {
                    try {
                        for (int i = 0; true; i++) {
                            device.publish(name + i);
                            if (device.unacknowledged() > 200) {
                                device.awaitAcknowledged(i - 100);
                            }
                        }
                    } catch (IOException | InterruptedException | AssertionError ended) {
                        // The server has ended, which is the point.
                    }
                });
                device.awaitAcknowledged(300 + round * 111);
                server.close();
                device.awaitEnd();
                load.join();
                acknowledged = device.acknowledged();
            }
            try (TestServer again = TestServer.start(data);
                    Telemetry telemetry = Telemetry.read(again.ready())) {
                telemetry.await(acknowledged);
            }
        }
    }

    @Test
    void a_device_that_is_cut_by_the_stop_leaves_its_will() throws Exception {
        Path data = data();
        List<String> wills = new ArrayList<>();
        try (TestServer server = TestServer.start(data)) {
            for (int i = 0; i < 20; i++) {
                String connectionString = server.ask(
                                "POST",
                                "/holdfast/v1/hubs/hub1/devices",
                                "{\"id\":\"with-will-" + i + "\",\"authentication\":\"sas\"}")
                        .json()
                        .path("connectionString")
                        .asString();
                wills.add("the will of " + i);
                TestDevice _ = TestDevice.connect(server.ready(), connectionString, wills.getLast());
            }
        }
        try (TestServer again = TestServer.start(data);
                Telemetry telemetry = Telemetry.read(again.ready())) {
            telemetry.await(wills);
            assertThat(telemetry.events())
                    .allMatch(event ->
                            "Will".equals(String.valueOf(event.properties().get("iothub-MessageType"))));
        }
    }

    @Test
    void a_reader_is_told_that_the_connection_is_forced() throws Exception {
        TestServer server = TestServer.start(data());
        try (Telemetry telemetry = Telemetry.read(server.ready())) {
            try (TestDevice device = TestDevice.connect(server.ready())) {
                device.publish("seen");
                device.awaitAcknowledged(1);
            }
            telemetry.await(List.of("seen"));
            server.close();
            assertThat(telemetry.awaitInterruption()).contains("stopping");
        }
    }

    @Test
    void silent_connections_do_not_hold_it_up() throws Exception {
        TestServer server = TestServer.start(data());
        List<java.net.Socket> silent = new ArrayList<>();
        for (int port : List.of(
                server.hub().mqttPort(), server.hub().amqpPort(), server.hub().httpsPort())) {
            silent.add(new java.net.Socket("localhost", port));
        }
        try (TestDevice device = TestDevice.connect(server.ready())) {
            server.close();
            device.awaitEnd();
            for (java.net.Socket socket : silent) {
                socket.setSoTimeout(20_000);
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
                socket.close();
            }
        }
    }
}
