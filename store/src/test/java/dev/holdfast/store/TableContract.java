package dev.holdfast.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.store.Table.Row;
import dev.holdfast.store.Table.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link Table} promises. A test of an engine extends it and says how to open that engine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TableContract {
    private static final String HUB = "hub1";
    private static final String DEVICE = "device";

    private Table table;

    /** Opens the table of this test; after a close, the same one again. */
    protected abstract Table open();

    @BeforeEach
    final void openTable() {
        table = open();
    }

    @AfterEach
    final void closeTable() {
        table.close();
    }

    private void reopen() {
        table.close();
        table = open();
    }

    private Row put(String scope, String kind, String key, String value) {
        return table.transact(scope, transaction -> transaction.put(kind, key, value.getBytes(UTF_8)));
    }

    private boolean delete(String key) {
        return table.transact(HUB, transaction -> transaction.delete(DEVICE, key));
    }

    private static Optional<String> text(Optional<Row> row) {
        return row.map(found -> new String(found.value(), UTF_8));
    }

    private Optional<String> valueOf(String key) {
        return text(table.get(HUB, DEVICE, key));
    }

    private static List<String> keys(List<Row> rows) {
        return rows.stream().map(Row::key).toList();
    }

    @Test
    void a_row_is_there_after_it_was_written_and_after_a_restart() {
        Row written = put(HUB, DEVICE, "d1", "one");

        assertThat(valueOf("d1")).contains("one");
        reopen();
        Row found = table.get(HUB, DEVICE, "d1").orElseThrow();
        assertThat(found.key()).isEqualTo("d1");
        assertThat(found.value()).asString(UTF_8).isEqualTo("one");
        assertThat(found.version()).isEqualTo(written.version());
    }

    @Test
    void scopes_and_kinds_do_not_see_each_other() {
        put(HUB, DEVICE, "d1", "mine");
        put("hub2", DEVICE, "d1", "theirs");
        put(HUB, "twin", "d1", "twin");

        assertThat(valueOf("d1")).contains("mine");
        assertThat(text(table.get("hub2", DEVICE, "d1"))).contains("theirs");
        assertThat(text(table.get(HUB, "twin", "d1"))).contains("twin");
        assertThat(table.get("HUB1", DEVICE, "d1")).isEmpty();
        assertThat(table.get(HUB, DEVICE, "D1")).isEmpty();
        assertThat(table.count(HUB, DEVICE)).isEqualTo(1);
        assertThat(table.list("hub2", "twin", "", 10)).isEmpty();
    }

    @Test
    void arrays_belong_to_who_has_them() {
        byte[] given = {1, 2, 3};
        Row written = table.transact(HUB, transaction -> {
            Row row = transaction.put(DEVICE, "d1", given);
            given[0] = 9;
            return row;
        });
        written.value()[1] = 9;
        table.get(HUB, DEVICE, "d1").orElseThrow().value()[2] = 9;

        assertThat(table.get(HUB, DEVICE, "d1").orElseThrow().value()).containsExactly(1, 2, 3);
    }

    @Test
    void versions_rise_and_are_never_used_again() {
        Set<Long> seen = new HashSet<>();
        long last = 0;
        for (int round = 0; round < 3; round++) {
            for (String key : List.of("d1", "d2", "d1")) {
                long version = put(HUB, DEVICE, key, "round " + round).version();
                assertThat(version).isGreaterThan(last);
                assertThat(seen.add(version)).isTrue();
                last = version;
            }
            switch (round) {
                case 0 -> assertThat(delete("d2")).isTrue();
                case 1 -> table.deleteScope(HUB);
                default -> {}
            }
            reopen();
        }
        assertThat(table.get(HUB, DEVICE, "d1").orElseThrow().version()).isEqualTo(last);
    }

    @Test
    void a_transaction_sees_what_it_wrote() {
        put(HUB, DEVICE, "d1", "old");
        put(HUB, DEVICE, "d2", "old");
        String seen = table.transact(HUB, transaction -> {
            transaction.put(DEVICE, "d1", "new".getBytes(UTF_8));
            transaction.delete(DEVICE, "d2");
            transaction.put(DEVICE, "d3", "new".getBytes(UTF_8));
            return text(transaction.get(DEVICE, "d1")).orElseThrow()
                    + transaction.get(DEVICE, "d2").isPresent()
                    + keys(transaction.list(DEVICE, "", 10))
                    + transaction.count(DEVICE);
        });
        assertThat(seen).isEqualTo("newfalse[d1, d3]2");
    }

    @Test
    void nothing_remains_of_a_work_that_throws_and_its_exception_comes_out_unchanged() {
        put(HUB, DEVICE, "d1", "old");
        RuntimeException thrown = new IllegalStateException("no");

        assertThatThrownBy(() -> table.transact(HUB, transaction -> {
                    transaction.put(DEVICE, "d1", "new".getBytes(UTF_8));
                    transaction.put("other kind", "d2", "new".getBytes(UTF_8));
                    transaction.delete(DEVICE, "d1");
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(valueOf("d1")).contains("old");
        assertThat(table.count(HUB, DEVICE)).isEqualTo(1);
        assertThat(table.count(HUB, "other kind")).isZero();
        Throwable checked = new IOException("checked");
        assertThatThrownBy(() -> table.transact(HUB, transaction -> {
                    throw TableContract.<RuntimeException>hidden(checked);
                }))
                .isSameAs(checked);
        Error error = new AssertionError("an error too");
        assertThatThrownBy(() -> table.transact(HUB, transaction -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThat(delete("d1")).isTrue();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // throws a checked exception where none may be
    private static <E extends Throwable> RuntimeException hidden(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void works_that_throw_among_many_others_take_only_themselves_back() throws Exception {
        int works = 400;
        List<Future<Row>> futures = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < works; i++) {
                int number = i;
                futures.add(callers.submit(() -> table.transact(HUB, transaction -> {
                    Row row = transaction.put(DEVICE, "d" + number, new byte[] {1});
                    if (number % 3 == 0) {
                        throw new IllegalArgumentException("work " + number);
                    }
                    return row;
                })));
            }
        }
        Set<Long> versions = new HashSet<>();
        for (int i = 0; i < works; i++) {
            Future<Row> future = futures.get(i);
            boolean stored = table.get(HUB, DEVICE, "d" + i).isPresent();
            assertThat(stored).as("work " + i).isEqualTo(i % 3 != 0);
            if (stored) {
                assertThat(versions.add(future.get().version())).isTrue();
            } else {
                assertThatThrownBy(future::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasRootCauseMessage("work " + i);
            }
        }
        assertThat(table.count(HUB, DEVICE)).isEqualTo(versions.size());
    }

    @Test
    void concurrent_works_on_one_row_run_one_after_another() throws Exception {
        put(HUB, DEVICE, "counter", "0");
        int callers = 16;
        int rounds = 25;
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                all.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        addOneTo("counter");
                    }
                }));
            }
        }
        for (Future<?> caller : all) {
            caller.get();
        }
        assertThat(valueOf("counter")).contains(String.valueOf(callers * rounds));
    }

    private void addOneTo(String key) {
        table.transact(HUB, transaction -> {
            int now = Integer.parseInt(text(transaction.get(DEVICE, key)).orElseThrow());
            return transaction.put(DEVICE, key, String.valueOf(now + 1).getBytes(UTF_8));
        });
    }

    @Test
    void a_read_neither_waits_for_a_transaction_nor_sees_half_of_it() throws Exception {
        put(HUB, DEVICE, "d1", "old");
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> transaction = threads.submit(() -> table.transact(HUB, inside -> {
                inside.put(DEVICE, "d1", "new".getBytes(UTF_8));
                inside.put(DEVICE, "d2", "new".getBytes(UTF_8));
                written.countDown();
                awaitQuietly(go);
                return 0;
            }));
            assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(valueOf("d1")).contains("old");
            assertThat(keys(table.list(HUB, DEVICE, "", 10))).containsExactly("d1");
            assertThat(table.count(HUB, DEVICE)).isEqualTo(1);

            go.countDown();
            transaction.get(30, TimeUnit.SECONDS);
        }
        assertThat(valueOf("d1")).contains("new");
        assertThat(table.count(HUB, DEVICE)).isEqualTo(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_list_comes_page_by_page_in_the_order_of_utf_8() {
        // U+E000 is before U+1F600 in UTF-8, and behind its first half in UTF-16; Z is before a by case; ~ is the last
        // ASCII.
        List<String> keys = List.of(
                "A",
                "Z",
                "a",
                "a\u0000b",
                "a b",
                "aa",
                "b",
                "z",
                "~",
                "\u00e9",
                "\u20ac",
                "\ue000",
                "\ud83d\ude00",
                "\udbff\udfff");
        List<String> shuffled = new ArrayList<>(keys);
        shuffled.sort(Comparator.comparingInt(String::hashCode));
        shuffled.forEach(key -> put(HUB, DEVICE, key, "value of " + key));
        put(HUB, "devicf", "A", "another kind");

        assertThat(keys(table.list(HUB, DEVICE, "", 100))).containsExactlyElementsOf(keys);
        for (int page = 1; page <= keys.size(); page++) {
            List<String> paged = new ArrayList<>();
            String after = "";
            while (true) {
                List<String> next = keys(table.list(HUB, DEVICE, after, page));
                assertThat(next).hasSizeLessThanOrEqualTo(page);
                if (next.isEmpty()) {
                    break;
                }
                paged.addAll(next);
                after = next.getLast();
            }
            assertThat(paged).as("pages of " + page).containsExactlyElementsOf(keys);
        }
        for (String key : keys) {
            assertThat(valueOf(key)).contains("value of " + key);
        }
    }

    @Test
    void a_list_goes_on_behind_a_key_that_is_not_there() {
        List.of("a", "c", "e").forEach(key -> put(HUB, DEVICE, key, key));

        assertThat(keys(table.list(HUB, DEVICE, "b", 10))).containsExactly("c", "e");
        assertThat(keys(table.list(HUB, DEVICE, "c", 10))).containsExactly("e");
        assertThat(keys(table.list(HUB, DEVICE, "e", 10))).isEmpty();
    }

    @Test
    void a_count_follows_every_change() {
        assertThat(table.count(HUB, DEVICE)).isZero();
        put(HUB, DEVICE, "d1", "one");
        put(HUB, DEVICE, "d1", "two");
        put(HUB, DEVICE, "d2", "one");
        assertThat(table.count(HUB, DEVICE)).isEqualTo(2);
        assertThat(delete("d1")).isTrue();
        assertThat(delete("d1")).isFalse();
        assertThat(delete("never")).isFalse();
        assertThat(table.count(HUB, DEVICE)).isEqualTo(1);
        reopen();
        assertThat(table.count(HUB, DEVICE)).isEqualTo(1);
    }

    @Test
    void deleting_a_scope_leaves_the_others() {
        put(HUB, DEVICE, "d1", "one");
        put(HUB, "twin", "d1", "one");
        put("hub2", DEVICE, "d1", "one");

        table.deleteScope(HUB);
        table.deleteScope("never was");
        reopen();

        assertThat(table.get(HUB, DEVICE, "d1")).isEmpty();
        assertThat(table.list(HUB, "twin", "", 10)).isEmpty();
        assertThat(table.count(HUB, DEVICE)).isZero();
        assertThat(table.count("hub2", DEVICE)).isEqualTo(1);
    }

    @Test
    void names_and_values_have_bounds() {
        String longest = "\u20ac".repeat(341) + "x";
        byte[] largest = new byte[1024 * 1024];
        largest[largest.length - 1] = 7;
        table.transact(longest, transaction -> transaction.put(longest, longest, largest));
        assertThat(table.get(longest, longest, longest).orElseThrow().value()).isEqualTo(largest);
        table.transact(HUB, transaction -> transaction.put(DEVICE, "empty", new byte[0]));
        assertThat(table.get(HUB, DEVICE, "empty").orElseThrow().value()).isEmpty();

        for (String bad : List.of("", longest + "x", "x".repeat(1025), "\ud83d", "\ude00\ud83d", "a\ud83db")) {
            assertRefused(() -> table.get(bad, DEVICE, "d1"));
            assertRefused(() -> table.get(HUB, bad, "d1"));
            assertRefused(() -> table.get(HUB, DEVICE, bad));
            assertRefused(() -> table.transact(bad, transaction -> 0));
            assertRefused(() -> table.transact(HUB, transaction -> transaction.put(bad, "d1", new byte[0])));
            assertRefused(() -> table.transact(HUB, transaction -> transaction.put(DEVICE, bad, new byte[0])));
            assertRefused(() -> table.transact(HUB, transaction -> transaction.delete(DEVICE, bad)));
            assertRefused(() -> table.deleteScope(bad));
        }
        assertRefused(() -> table.list(HUB, DEVICE, "", 0));
        assertRefused(() ->
                table.transact(HUB, transaction -> transaction.put(DEVICE, "d1", new byte[1024 * 1024 + 1])));
    }

    private static void assertRefused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_transaction_ends_with_its_work() {
        AtomicReference<Transaction> kept = new AtomicReference<>();
        table.transact(HUB, transaction -> {
            kept.set(transaction);
            return 0;
        });

        assertThatThrownBy(() -> kept.get().put(DEVICE, "d1", new byte[0])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.get().get(DEVICE, "d1")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> table.transact(HUB, another -> kept.get().put(DEVICE, "d1", new byte[0])))
                .isInstanceOf(IllegalStateException.class);
        assertThat(table.count(HUB, DEVICE)).isZero();
    }

    @Test
    void a_transaction_inside_another_is_refused_and_blocks_nobody() {
        assertThatThrownBy(() -> table.transact(HUB, outer -> put("hub2", DEVICE, "d1", "x")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(put(HUB, DEVICE, "d1", "x").version()).isPositive();
    }

    @Test
    void an_interrupted_caller_still_learns_what_became_of_its_work() {
        Thread.currentThread().interrupt();
        Row row = put(HUB, DEVICE, "d1", "one");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(table.get(HUB, DEVICE, "d1").orElseThrow().version()).isEqualTo(row.version());
    }

    @Test
    void a_closed_table_says_so() {
        put(HUB, DEVICE, "d1", "one");
        table.close();

        assertThatThrownBy(() -> table.get(HUB, DEVICE, "d1"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> put(HUB, DEVICE, "d1", "two"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        table.close();
    }
}
