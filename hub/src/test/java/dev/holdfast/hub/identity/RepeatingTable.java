package dev.holdfast.hub.identity;

import dev.holdfast.store.Table;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Table} in memory that takes its contract at its word: every transaction's work is run once in vain before it is run for
 * good, because work may run more than once.
 */
public final class RepeatingTable implements Table {
    private record Key(String scope, String kind, String key) {}

    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    private static final Comparator<Key> ORDER = Comparator.comparing(Key::scope, BY_BYTES)
            .thenComparing(Key::kind, BY_BYTES)
            .thenComparing(Key::key, BY_BYTES);

    private TreeMap<Key, Row> rows = new TreeMap<>(ORDER);
    private long versions;

    @Override
    public synchronized Optional<Row> get(String scope, String kind, String key) {
        return Optional.ofNullable(rows.get(new Key(scope, kind, key)));
    }

    @Override
    public synchronized List<Row> list(String scope, String kind, String afterKey, int maxRows) {
        return list(rows, scope, kind, afterKey, maxRows);
    }

    private static List<Row> list(
            NavigableMap<Key, Row> from, String scope, String kind, String afterKey, int maxRows) {
        return from.tailMap(new Key(scope, kind, afterKey), false).entrySet().stream()
                .takeWhile(entry -> entry.getKey().scope().equals(scope)
                        && entry.getKey().kind().equals(kind))
                .limit(maxRows)
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public synchronized long count(String scope, String kind) {
        return list(scope, kind, "", Integer.MAX_VALUE).size();
    }

    @Override
    public synchronized <R extends @Nullable Object> R transact(String scope, Work<R> work) {
        work.run(new Copy(scope));
        Copy copy = new Copy(scope);
        R result = work.run(copy);
        rows = copy.changed;
        return result;
    }

    @Override
    public synchronized void deleteScope(String scope) {
        rows.keySet().removeIf(key -> key.scope().equals(scope));
    }

    @Override
    public void close() {}

    private final class Copy implements Transaction {
        private final String scope;
        private final TreeMap<Key, Row> changed = new TreeMap<>(rows);

        Copy(String scope) {
            this.scope = scope;
        }

        @Override
        public Optional<Row> get(String kind, String key) {
            return Optional.ofNullable(changed.get(new Key(scope, kind, key)));
        }

        @Override
        public List<Row> list(String kind, String afterKey, int maxRows) {
            return RepeatingTable.list(changed, scope, kind, afterKey, maxRows);
        }

        @Override
        public long count(String kind) {
            return list(kind, "", Integer.MAX_VALUE).size();
        }

        @Override
        public Row put(String kind, String key, byte[] value) {
            Row row = new Row(key, ++versions, value.clone());
            changed.put(new Key(scope, kind, key), row);
            return row;
        }

        @Override
        public boolean delete(String kind, String key) {
            return changed.remove(new Key(scope, kind, key)) != null;
        }
    }
}
