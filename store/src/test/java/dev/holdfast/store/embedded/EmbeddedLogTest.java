package dev.holdfast.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.LogContract;
import dev.holdfast.store.Receipt;
import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the machine's own files, with segments so small that every test crosses some. */
final class EmbeddedLogTest extends LogContract {
    private static final Limits.Storage SMALL = new Limits.Storage(32 * 1024, 512, 1024 * 1024, 8, 1024);

    @TempDir
    Path directory;

    @Override
    protected Log open() {
        return open("log", PARTITIONS, SMALL);
    }

    private Log open(String name, int partitions, Limits.Storage limits) {
        return EmbeddedLog.open(Disk.real(), directory.resolve(name), partitions, PENDING_MAX_BYTES, limits, clock);
    }

    private List<Path> files(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.sorted().toList();
        }
    }

    @Test
    void another_number_of_partitions_is_refused() {
        open("other", 4, SMALL).close();

        assertThatThrownBy(() -> open("other", 8, SMALL))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has 4 partitions, and 8 were asked for");
        open("other", 4, SMALL).close();
    }

    @Test
    void a_fresh_log_takes_a_mebibyte_a_partition_and_not_whole_segments() throws IOException {
        open("fresh", 4, Limits.defaults().storage()).close();

        long bytes = 0;
        for (Path file : files("fresh")) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isLessThan(5 * 1024 * 1024);
    }

    @Test
    void the_files_are_for_their_owner_only() throws IOException {
        open("private", 1, SMALL).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("private"))))
                .isEqualTo("rwx------");
        for (Path file : files("private")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void the_thread_of_a_log_has_its_name_and_ends_with_it() throws InterruptedException {
        Log log = open("hub1", 1, SMALL);
        Thread writer = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("log-writer hub1"))
                .findFirst()
                .orElseThrow();
        log.close();
        assertThat(writer.isAlive()).isFalse();
    }

    @Test
    void dropped_segments_are_gone_from_the_disk() throws IOException {
        try (Log log = open("drop", 1, SMALL)) {
            for (int i = 0; i < 100; i++) {
                Receipt receipt = new Receipt();
                log.append(0, new byte[2000], receipt);
                receipt.await();
            }
            assertThat(files("drop")).hasSizeGreaterThan(6);
            log.dropBefore(clock.instant().plusSeconds(1));
            assertThat(files("drop")).hasSize(2);
            assertThat(log.extent(0).isEmpty()).isTrue();
        }
    }

    @Test
    void a_receiver_that_would_wait_for_its_own_thread_is_refused() {
        try (Log log = open("self", 1, SMALL)) {
            List<Throwable> refusals = new CopyOnWriteArrayList<>();
            CountDownLatch done = new CountDownLatch(1);
            log.watch(0, () -> {
                refusals.add(catchThrowable(log::close));
                refusals.add(catchThrowable(() -> log.dropBefore(clock.instant())));
                done.countDown();
            });
            log.append(0, new byte[1], new Receipt());
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(refusals).hasSize(2).allMatch(IllegalStateException.class::isInstance);
        } catch (InterruptedException ended) {
            throw new AssertionError(ended);
        }
    }

    @Test
    void files_of_others_in_the_directory_are_left_alone() throws IOException {
        open("shared", 1, SMALL).close();
        Path foreign = directory.resolve("shared").resolve("README");
        Files.writeString(foreign, "hello");
        open("shared", 1, SMALL).close();
        assertThat(foreign).hasContent("hello");
    }
}
