package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.store.TableContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedTableTest extends TableContract {
    private static final Limits.Storage LIMITS = Limits.defaults().storage();

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("data").resolve("state.db");
    }

    @Override
    protected Table open() {
        return EmbeddedTable.open(file(), LIMITS);
    }

    private Table openOther(String name) {
        return EmbeddedTable.open(directory.resolve(name), LIMITS);
    }

    private int sql(Path file, String command) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(command)) {
                return statement.getUpdateCount();
            }
            try (ResultSet result = statement.getResultSet()) {
                return result.next() ? result.getInt(1) : -1;
            }
        }
    }

    @Test
    void the_files_are_for_their_owner_only() throws IOException {
        try (Table table = openOther("new/state.db")) {
            table.transact("hub1", transaction -> transaction.put("device", "d1", new byte[1]));
            for (String name : List.of("state.db", "state.db-wal", "state.db-shm")) {
                assertThat(modeOf(directory.resolve("new").resolve(name)))
                        .as(name)
                        .isEqualTo("rw-------");
            }
            assertThat(modeOf(directory.resolve("new"))).isEqualTo("rwx------");
        }
        Path loose = directory.resolve("new").resolve("state.db");
        Files.setPosixFilePermissions(loose, PosixFilePermissions.fromString("rw-r--r--"));
        openOther("new/state.db").close();
        assertThat(modeOf(loose)).isEqualTo("rw-------");
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void a_database_of_a_newer_release_is_refused_and_left_alone() throws SQLException {
        openOther("state.db").close();
        Path file = directory.resolve("state.db");
        sql(file, "PRAGMA user_version = 99");

        assertThatThrownBy(() -> openOther("state.db"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("schema 99")
                .hasMessageContaining("start the newer release");
        assertThat(sql(file, "PRAGMA user_version")).isEqualTo(99);
    }

    @Test
    void a_file_that_is_no_database_is_refused() throws IOException {
        Path file = directory.resolve("state.db");
        Files.writeString(file, "this is no database, and long enough to be sure of that ".repeat(40));

        assertThatThrownBy(() -> openOther("state.db"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot be opened");
        assertThat(file).content().startsWith("this is no database");
    }

    @Test
    void works_that_wait_share_one_commit() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        int works = 200;
        Path log = directory.resolve("state.db-wal");
        try (Table table = openOther("state.db");
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            put(table, "d");
            List<Future<?>> all = new ArrayList<>();
            all.add(callers.submit(() -> table.transact("hub1", transaction -> {
                started.countDown();
                return awaitQuietly(go);
            })));
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            long before = Files.size(log);
            for (int i = 0; i < works; i++) {
                String key = "d" + i;
                all.add(callers.submit(() -> put(table, key)));
            }
            // The works wait in the queue while the first one runs: so they make one group, or a few if they come late.
            go.countDown();
            for (Future<?> work : all) {
                work.get(30, TimeUnit.SECONDS);
            }
            // A commit of its own would write at least three pages of 4 KiB for each work.
            assertThat(Files.size(log) - before).isLessThan(works * 3L * 4096 / 2);
            assertThat(table.count("hub1", "device")).isEqualTo(works + 1);
        }
    }

    private static Table.Row put(Table table, String key) {
        return table.transact("hub1", transaction -> transaction.put("device", key, key.getBytes(UTF_8)));
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void a_database_that_fails_one_work_of_a_group_fails_only_that_one() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Path file = directory.resolve("state.db");
        openOther("state.db").close();
        // Stands for any failure below: RAISE(ROLLBACK) undoes the whole SQLite transaction, as a full disk may.
        sql(
                file,
                "CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.key = 'poison'"
                        + " BEGIN SELECT RAISE(ROLLBACK, 'no space'); END");
        try (Table table = openOther("state.db");
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = callers.submit(() -> table.transact("hub1", transaction -> {
                started.countDown();
                return awaitQuietly(go);
            }));
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            List<Future<?>> good = new ArrayList<>();
            good.add(callers.submit(() -> put(table, "d1")));
            Future<?> bad = callers.submit(() -> put(table, "poison"));
            good.add(callers.submit(() -> put(table, "d2")));
            go.countDown();

            first.get(30, TimeUnit.SECONDS);
            for (Future<?> work : good) {
                work.get(30, TimeUnit.SECONDS);
            }
            assertThatThrownBy(() -> bad.get(30, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no space");
            assertThat(table.count("hub1", "device")).isEqualTo(2);
            assertThat(put(table, "d3").version()).isPositive();
        }
    }

    @Test
    void a_work_that_hides_a_failure_of_the_database_is_not_stored_for_all_that() throws Exception {
        openOther("state.db").close();
        sql(
                directory.resolve("state.db"),
                "CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.key = 'poison'"
                        + " BEGIN SELECT RAISE(ROLLBACK, 'no space'); END");
        try (Table table = openOther("state.db")) {
            assertThatThrownBy(() -> table.transact("hub1", transaction -> {
                        transaction.put("device", "d1", new byte[1]);
                        try {
                            transaction.put("device", "poison", new byte[1]);
                        } catch (StoreException hidden) {
                            return "all is well";
                        }
                        return "all is well";
                    }))
                    .isInstanceOf(StoreException.class);
            assertThat(table.count("hub1", "device")).isZero();
        }
    }

    @Test
    void callers_wait_when_the_queue_is_full_and_all_are_served() throws Exception {
        Limits.Storage narrow =
                new Limits.Storage(LIMITS.segmentBytes(), LIMITS.indexEveryBytes(), LIMITS.readMaxBytes(), 1, 2);
        try (Table table = EmbeddedTable.open(directory.resolve("narrow.db"), narrow)) {
            List<Future<?>> all = new ArrayList<>();
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 100; i++) {
                    String key = "d" + i;
                    all.add(callers.submit(() -> {
                        put(table, key);
                        return table.get("hub1", "device", key).orElseThrow();
                    }));
                }
            }
            for (Future<?> caller : all) {
                caller.get();
            }
            assertThat(table.count("hub1", "device")).isEqualTo(100);
        }
    }

    @Test
    void lists_and_reads_find_their_place_by_an_index() throws SQLException {
        openOther("state.db").close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("state.db"));
                Statement statement = connection.createStatement();
                ResultSet plan =
                        statement.executeQuery("EXPLAIN QUERY PLAN SELECT entry.key, entry.version, entry.value"
                                + RowQueries.OF_KIND.replace("?", "'x'")
                                + " AND entry.key > 'y' ORDER BY entry.key LIMIT 10")) {
            List<String> steps = new ArrayList<>();
            while (plan.next()) {
                steps.add(plan.getString("detail"));
            }
            assertThat(steps).hasSize(3).allMatch(step -> step.startsWith("SEARCH"));
        }
    }

    @Test
    void a_copy_has_every_transaction_that_returned_before_and_opens_as_a_table() throws Exception {
        Path copy = directory.resolve("copy.db");
        try (EmbeddedTable table = EmbeddedTable.open(file(), LIMITS);
                ExecutorService writer = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 50; i++) {
                String key = "before-" + i;
                table.transact("hub1", transaction -> transaction.put("device", key, new byte[100]));
            }
            Future<?> writing = writer.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    String key = "meanwhile-" + i;
                    table.transact("hub1", transaction -> transaction.put("device", key, new byte[100]));
                }
            });
            table.copyTo(copy);
            writing.get(30, TimeUnit.SECONDS);
            assertThat(table.count("hub1", "device")).isEqualTo(250);
            assertThat(table.counts().transactions()).isEqualTo(250);
            assertThat(table.counts().failing()).isFalse();
        }
        assertThat(modeOf(copy)).isEqualTo("rw-------");
        try (Table opened = EmbeddedTable.open(copy, LIMITS)) {
            long rows = opened.count("hub1", "device");
            assertThat(rows).isBetween(50L, 250L);
            assertThat(opened.list("hub1", "device", "", 1000)).hasSize((int) rows);
            assertThat(opened.get("hub1", "device", "before-49")).isPresent();
        }
    }

    @Test
    void a_copy_never_overwrites_a_file_that_holds_something() throws Exception {
        Path taken = Files.writeString(directory.resolve("taken"), "something");
        try (EmbeddedTable table = EmbeddedTable.open(file(), LIMITS)) {
            assertThatThrownBy(() -> table.copyTo(taken))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("taken");
        }
        assertThat(taken).hasContent("something");
    }
}
