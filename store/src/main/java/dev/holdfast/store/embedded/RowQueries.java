package dev.holdfast.store.embedded;

import dev.holdfast.store.Table.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The questions of {@link dev.holdfast.store.Table} on one connection, prepared once. One thread at a time. */
final class RowQueries implements AutoCloseable {
    static final String OF_KIND = " FROM scope JOIN kind ON kind.scope = scope.id JOIN entry ON entry.kind = kind.id"
            + " WHERE scope.name = ? AND kind.name = ?";

    private final PreparedStatement get;
    private final PreparedStatement list;
    private final PreparedStatement count;

    RowQueries(Connection connection) throws SQLException {
        get = connection.prepareStatement("SELECT entry.version, entry.value" + OF_KIND + " AND entry.key = ?");
        list = connection.prepareStatement("SELECT entry.key, entry.version, entry.value" + OF_KIND
                + " AND entry.key > ? ORDER BY entry.key LIMIT ?");
        count = connection.prepareStatement("SELECT kind.rows FROM scope JOIN kind ON kind.scope = scope.id"
                + " WHERE scope.name = ? AND kind.name = ?");
    }

    Optional<Row> get(String scope, String kind, String key) throws SQLException {
        get.setString(1, scope);
        get.setString(2, kind);
        get.setString(3, key);
        try (ResultSet found = get.executeQuery()) {
            return found.next() ? Optional.of(new Row(key, found.getLong(1), found.getBytes(2))) : Optional.empty();
        }
    }

    List<Row> list(String scope, String kind, String afterKey, int maxRows) throws SQLException {
        list.setString(1, scope);
        list.setString(2, kind);
        list.setString(3, afterKey);
        list.setInt(4, maxRows);
        List<Row> rows = new ArrayList<>();
        try (ResultSet found = list.executeQuery()) {
            while (found.next()) {
                rows.add(new Row(found.getString(1), found.getLong(2), found.getBytes(3)));
            }
        }
        return rows;
    }

    long count(String scope, String kind) throws SQLException {
        count.setString(1, scope);
        count.setString(2, kind);
        try (ResultSet found = count.executeQuery()) {
            return found.next() ? found.getLong(1) : 0;
        }
    }

    @Override
    public void close() throws SQLException {
        get.close();
        list.close();
        count.close();
    }
}
