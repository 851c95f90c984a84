package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.EmbeddedTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InsightFileTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @TempDir
    Path directory;

    private EmbeddedTable open() {
        return InsightFile.open(
                directory.resolve("insight.db"), Limits.defaults().storage(), () -> NOW);
    }

    @Test
    void a_damaged_one_is_put_aside_and_a_new_one_begun() throws Exception {
        Path file = directory.resolve("insight.db");
        byte[] garbage =
                "this is no database, and has never been one".repeat(200).getBytes(StandardCharsets.US_ASCII);
        Files.write(file, garbage);
        try (EmbeddedTable table = open()) {
            table.transact("s", rows -> rows.put("k", "a", new byte[] {1}));
        }
        assertThat(directory.resolve("insight.db.damaged-1800000000")).hasBinaryContent(garbage);
        try (EmbeddedTable table = open()) {
            assertThat(table.get("s", "k", "a")).as("the new one stays").isPresent();
        }
    }

    @Test
    void one_that_can_not_be_opened_for_another_reason_says_what_it_is_for() throws Exception {
        Files.createDirectory(directory.resolve("insight.db"));
        assertThatThrownBy(this::open).isInstanceOf(StoreException.class).hasMessageContaining("begins anew");
    }

    @Test
    void the_server_starts_with_a_damaged_one_and_a_device_connects() throws Exception {
        Path data = directory.resolve("data");
        String device;
        try (TestServer server = TestServer.start(data)) {
            device = Objects.requireNonNull(server.hub().demoDeviceConnectionString());
        }
        List<Path> found;
        try (var files = Files.walk(data)) {
            found = files.filter(path -> path.endsWith("insight.db")).toList();
        }
        assertThat(found).hasSize(1);
        Files.write(found.getFirst(), new byte[8192]);
        try (TestServer server = TestServer.start(data);
                TestDevice connected = TestDevice.connect(server.ready(), device, null)) {
            assertThat(connected.isEnded()).isFalse();
        }
    }
}
