package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.archive.ArchiveReader;
import dev.holdfast.cli.Main;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.wire.client.ClientTls;
import dev.holdfast.wire.client.HttpsClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Backup of a running server and restore elsewhere, by the commands that an operator uses. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BackupTest {
    private static final String CERTIFICATES = "/holdfast/v1/certificates/server";

    /** What a data directory holds and a backup does not: of this run only, or copied in another form. */
    private static final String NOT_KEPT =
            "insight/.*|holdfast\\.lock|ready\\.json|state\\.db-(wal|shm)|backup\\.tmp/.*";

    @TempDir
    static Path made;

    @TempDir
    Path directory;

    private record Ran(int status, String output) {}

    @BeforeAll
    static void startOnce() throws Exception {
        TestServer.start(made.resolve("data")).close();
    }

    private Path data() throws IOException {
        Path copy = directory.resolve("data");
        Copies.copy(made.resolve("data"), copy);
        return copy;
    }

    private static Ran holdfast(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    private static String operatorChain() {
        Instant now = Instant.now();
        TestAuthority root = new TestAuthority("Plant", now.minusSeconds(60), now.plusSeconds(3600));
        KeyAndCertificate leaf = root.issueServer(
                List.of("hub1.holdfast.localhost"), KeyKind.EC_P256, now.minusSeconds(60), now.plusSeconds(3600));
        return JsonMapper.shared()
                .createObjectNode()
                .put("chain", Pem.write(leaf.certificate()) + Pem.write(root.certificate()))
                .put("key", Pem.write(leaf.key()))
                .toString();
    }

    /** Publishes as fast as a window of 50 lets it, until it is told to end. */
    private static Thread load(TestDevice device, AtomicBoolean end) {
        return Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; !end.get(); i++) {
                    device.publish("message-" + i + "-" + "x".repeat(i % 700));
                    if (device.unacknowledged() > 50) {
                        device.awaitAcknowledged(i - 25);
                    }
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void everything_acknowledged_before_a_backup_under_load_is_there_after_restoring_it_elsewhere() throws Exception {
        Path archive = directory.resolve("backup.tar");
        Path elsewhere = directory.resolve("elsewhere");
        List<String> acknowledged;
        Ready before;
        try (TestServer server = TestServer.start(data());
                TestDevice device = TestDevice.connect(server.ready())) {
            before = server.ready();
            assertThat(server.ask(
                                    "POST",
                                    "/holdfast/v1/hubs/hub1/devices",
                                    "{\"id\":\"kept\",\"authentication\":\"sas\"}")
                            .status())
                    .isEqualTo(201);
            assertThat(server.ask("POST", "/holdfast/v1/hubs", "{\"name\":\"hub2\",\"partitions\":3}")
                            .status())
                    .isEqualTo(201);
            assertThat(server.ask("PUT", CERTIFICATES, operatorChain()).status())
                    .isEqualTo(200);
            AtomicBoolean end = new AtomicBoolean();
            Thread load = load(device, end);
            device.awaitAcknowledged(500);
            acknowledged = device.acknowledged();
            Ran backup =
                    holdfast("backup", "--data", directory.resolve("data").toString(), "--out", archive.toString());
            assertThat(backup.output()).contains("Wrote " + archive);
            assertThat(backup.status()).isZero();
            int during = device.acknowledged().size();
            device.awaitAcknowledged(during + 100);
            end.set(true);
            load.join();
            assertThat(value(PlainHttp.get(java.util.Objects.requireNonNull(before.monitoring())
                                    .metrics())
                            .body()))
                    .isGreaterThan(1.7e9);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                .isEqualTo("rw-------");

        Ran restore = holdfast("restore", archive.toString(), "--data", elsewhere.toString());
        assertThat(restore.output()).contains("Restored");
        assertThat(restore.status()).isZero();

        try (TestServer restored = TestServer.start(elsewhere);
                Telemetry telemetry = Telemetry.read(restored.ready())) {
            Ready after = restored.ready();
            assertThat(after.operatorToken()).isEqualTo(before.operatorToken());
            assertThat(after.hubs()).extracting(Ready.HubEntry::name).containsExactly("hub1", "hub2");
            assertThat(after.hubs().getFirst().demoDeviceConnectionString())
                    .isEqualTo(before.hubs().getFirst().demoDeviceConnectionString());
            assertThat(after.hubs().getFirst().serviceConnectionString())
                    .isEqualTo(before.hubs().getFirst().serviceConnectionString());
            assertThat(Files.readString(Path.of(after.trustBundle())))
                    .isEqualTo(Files.readString(directory.resolve("data").resolve("ca.pem")));
            assertThat(restored.ask("GET", CERTIFICATES, "").text())
                    .contains("\"origin\":\"operator\"")
                    .contains("CN=hub1.holdfast.localhost");
            assertThat(restored.ask("GET", "/holdfast/v1/hubs/hub1/devices/kept", "")
                            .status())
                    .isEqualTo(200);
            telemetry.await(acknowledged);
            // Who trusted the old server and holds the old key goes on.
            try (TestDevice device = TestDevice.connect(after)) {
                device.publish("after the restore");
                device.awaitAcknowledged(1);
            }
            telemetry.await(List.of("after the restore"));
            List<Long> offsets = telemetry.events().stream()
                    .map(event -> event.sequenceNumber())
                    .toList();
            assertThat(offsets).doesNotHaveDuplicates().isSorted();
        }
    }

    private static double value(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("holdfast_backup_time_seconds "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nothing_that_the_data_directory_keeps_is_missing() throws Exception {
        Path archive = directory.resolve("backup.tar");
        TreeSet<String> kept = new TreeSet<>();
        try (TestServer _ = TestServer.start(data())) {
            assertThat(holdfast("backup", "--data", directory.resolve("data").toString(), "--out", archive.toString())
                            .status())
                    .isZero();
            try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
                files.filter(Files::isRegularFile)
                        .map(file -> directory.resolve("data").relativize(file).toString())
                        .filter(name -> !name.matches(NOT_KEPT))
                        .forEach(kept::add);
            }
        }
        TreeSet<String> inside = new TreeSet<>();
        try (InputStream in = Files.newInputStream(archive)) {
            var _ = new ArchiveReader(in, Limits.defaults().installation().backup()).read((path, bytes) -> {
                inside.add(path);
                return OutputStream.nullOutputStream();
            });
        }
        assertThat(inside).isEqualTo(kept);
        assertThat(directory.resolve("data").resolve("backup.tmp")).doesNotExist();
    }

    @Test
    void a_backup_never_overwrites_and_needs_a_server() throws Exception {
        Path taken = Files.writeString(directory.resolve("taken.tar"), "mine");
        String data = data().toString();
        try (TestServer _ = TestServer.start(Path.of(data))) {
            Ran refused = holdfast("backup", "--data", data, "--out", taken.toString());
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.output()).contains("exists already", "--out");
            assertThat(taken).hasContent("mine");
        }
        Ran nobody = holdfast(
                "backup", "--data", data, "--out", directory.resolve("x.tar").toString());
        assertThat(nobody.status()).isEqualTo(1);
        assertThat(nobody.output()).contains("no server is ready");
    }

    @Test
    void the_operator_api_gives_a_backup_to_the_operator_only() throws Exception {
        try (TestServer server = TestServer.start(data())) {
            assertThat(server.ask("POST", "/holdfast/v1/backup", "", java.util.Map.of())
                            .status())
                    .isEqualTo(401);
            assertThat(server.ask("GET", "/holdfast/v1/backup", "").status()).isEqualTo(405);
            assertThat(server.ask("POST", "/holdfast/v1/backup/more", "").status())
                    .isEqualTo(404);
        }
    }

    @Test
    void one_backup_at_a_time_and_a_slow_one_holds_up_no_device() throws Exception {
        try (TestServer server = TestServer.start(data());
                TestDevice device = TestDevice.connect(server.ready());
                HttpsClient client = new HttpsClient(
                        URI.create(server.ready().operator().url()),
                        ClientTls.trusting(Path.of(server.ready().trustBundle())),
                        Limits.defaults().client())) {
            // More than the buffers of the system between the two take.
            String large = "x".repeat(250_000);
            for (int i = 0; i < 80; i++) {
                device.publish(large);
            }
            device.awaitAcknowledged(80);
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<Integer> received = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            AtomicInteger files = new AtomicInteger();
                            HttpsClient.Answer _ = client.receive(
                                    "POST",
                                    "/holdfast/v1/backup",
                                    Map.of(
                                            "Authorization",
                                            "Bearer " + server.ready().operatorToken()),
                                    body -> {
                                        begun.countDown();
                                        awaitQuietly(goOn);
                                        files.set(new ArchiveReader(
                                                        body,
                                                        Limits.defaults()
                                                                .installation()
                                                                .backup())
                                                .read((path, bytes) -> OutputStream.nullOutputStream())
                                                .files());
                                    });
                            return files.get();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    task -> Thread.ofPlatform().start(task)); // the common pool is the JDK client's own
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            TestServer.Answer second = server.ask("POST", "/holdfast/v1/backup", "");
            assertThat(second.status()).isEqualTo(409);
            assertThat(second.errorCode()).isEqualTo("BackupUnderWay");
            device.publish("meanwhile");
            device.awaitAcknowledged(81);
            assertThat(server.ask("POST", "/holdfast/v1/hubs", "{\"name\":\"hub3\"}")
                            .status())
                    .as("hubs can be made, too")
                    .isEqualTo(201);
            goOn.countDown();
            assertThat(received.get(60, TimeUnit.SECONDS)).isPositive();

            HttpsClient.Answer third = client.receive(
                    "POST",
                    "/holdfast/v1/backup",
                    Map.of("Authorization", "Bearer " + server.ready().operatorToken()),
                    body -> {
                        byte[] _ = body.readNBytes(1000);
                        throw new IOException("enough");
                    });
            assertThat(third.isSuccess()).isTrue();
        } catch (IOException enough) {
            assertThat(enough).hasMessage("enough");
        }
        // One that its client left is over, too.
        assertThat(directory.resolve("data").resolve("backup.tmp")).doesNotExist();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
