package dev.holdfast.hub;

import dev.holdfast.store.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A table in memory. Its transactions are not undone when they fail; none in these tests does. */
public final class MemoryTable implements Table {
    private record Key(String scope, String kind, String key) {}

    private final Map<Key, Row> rows = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    private long version;
    /** Called with kind and key before every read outside a transaction. */
    private BiConsumer<String, String> beforeGet = (kind, key) -> {};
    /** Called with kind and key when such a read has found what it will return. */
    private BiConsumer<String, String> afterGet = (kind, key) -> {};

    private int writes;

    public synchronized void beforeGet(BiConsumer<String, String> hook) {
        beforeGet = hook;
    }

    public synchronized void afterGet(BiConsumer<String, String> hook) {
        afterGet = hook;
    }

    public synchronized int writes() {
        return writes;
    }

    @Override
    public synchronized Optional<Row> get(String scope, String kind, String key) {
        beforeGet.accept(kind, key);
        Optional<Row> found = Optional.ofNullable(rows.get(new Key(scope, kind, key)));
        afterGet.accept(kind, key);
        return found;
    }

    @Override
    public synchronized List<Row> list(String scope, String kind, String afterKey, int maxRows) {
        List<Row> found = new ArrayList<>();
        rows.forEach((key, row) -> {
            if (key.scope().equals(scope)
                    && key.kind().equals(kind)
                    && row.key().compareTo(afterKey) > 0
                    && found.size() < maxRows) {
                found.add(row);
            }
        });
        return found;
    }

    @Override
    public synchronized long count(String scope, String kind) {
        return list(scope, kind, "", Integer.MAX_VALUE).size();
    }

    @Override
    public synchronized <R extends @Nullable Object> R transact(String scope, Work<R> work) {
        return work.run(new Transaction() {
            @Override
            public Optional<Row> get(String kind, String key) {
                return Optional.ofNullable(rows.get(new Key(scope, kind, key)));
            }

            @Override
            public List<Row> list(String kind, String afterKey, int maxRows) {
                return MemoryTable.this.list(scope, kind, afterKey, maxRows);
            }

            @Override
            public long count(String kind) {
                return MemoryTable.this.count(scope, kind);
            }

            @Override
            public Row put(String kind, String key, byte[] value) {
                Row row = new Row(key, ++version, value.clone());
                rows.put(new Key(scope, kind, key), row);
                writes++;
                return row;
            }

            @Override
            public boolean delete(String kind, String key) {
                writes++;
                return rows.remove(new Key(scope, kind, key)) != null;
            }
        });
    }

    @Override
    public synchronized void deleteScope(String scope) {
        rows.keySet().removeIf(key -> key.scope().equals(scope));
    }

    @Override
    public void close() {}
}
