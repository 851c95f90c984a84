package dev.holdfast.store.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The writer's connection and its prepared statements. After any {@link SQLException} it is closed and another one is
 * opened, since SQLite may have rolled back on its own account. One thread.
 */
final class WriterSession implements AutoCloseable {
    private final Connection connection;
    private final List<PreparedStatement> statements = new ArrayList<>();
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement savepoint;
    private final PreparedStatement release;
    private final PreparedStatement rollBack;
    private final PreparedStatement nextVersion;
    private final PreparedStatement kindToWrite;
    private final PreparedStatement kindToDelete;
    private final PreparedStatement update;
    private final PreparedStatement insert;
    private final PreparedStatement delete;
    private final PreparedStatement addToCount;
    private final PreparedStatement deleteRowsOfScope;
    private final PreparedStatement deleteKindsOfScope;
    private final RowQueries rows;

    WriterSession(Connection connection) throws SQLException {
        this.connection = connection;
        begin = prepare("BEGIN IMMEDIATE");
        commit = prepare("COMMIT");
        savepoint = prepare("SAVEPOINT work");
        release = prepare("RELEASE work");
        rollBack = prepare("ROLLBACK TO work");
        nextVersion = prepare("INSERT INTO scope (name, version) VALUES (?, 1)"
                + " ON CONFLICT (name) DO UPDATE SET version = version + 1 RETURNING id, version");
        kindToWrite = prepare("INSERT INTO kind (scope, name, rows) VALUES (?, ?, 0)"
                + " ON CONFLICT (scope, name) DO UPDATE SET rows = rows RETURNING id");
        kindToDelete = prepare("SELECT kind.id FROM scope JOIN kind ON kind.scope = scope.id"
                + " WHERE scope.name = ? AND kind.name = ?");
        update = prepare("UPDATE entry SET version = ?, value = ? WHERE kind = ? AND key = ?");
        insert = prepare("INSERT INTO entry (version, value, kind, key) VALUES (?, ?, ?, ?)");
        delete = prepare("DELETE FROM entry WHERE kind = ? AND key = ?");
        addToCount = prepare("UPDATE kind SET rows = rows + ? WHERE id = ?");
        String kindsOfScope = "(SELECT kind.id FROM scope JOIN kind ON kind.scope = scope.id WHERE scope.name = ?)";
        deleteRowsOfScope = prepare("DELETE FROM entry WHERE kind IN " + kindsOfScope);
        deleteKindsOfScope = prepare("DELETE FROM kind WHERE id IN " + kindsOfScope);
        rows = new RowQueries(connection);
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statements.add(statement);
        return statement;
    }

    RowQueries rows() {
        return rows;
    }

    void begin() throws SQLException {
        begin.execute();
    }

    /** Returns when everything since {@link #begin} is on the medium. */
    void commit() throws SQLException {
        commit.execute();
    }

    void savepoint() throws SQLException {
        savepoint.execute();
    }

    void release() throws SQLException {
        release.execute();
    }

    /** Undoes everything since the savepoint, which stays. */
    void rollBackToSavepoint() throws SQLException {
        rollBack.execute();
    }

    /** Writes a row and returns its version. */
    long put(String scope, String kind, String key, byte[] value) throws SQLException {
        nextVersion.setString(1, scope);
        long scopeId;
        long version;
        try (ResultSet counted = nextVersion.executeQuery()) {
            counted.next();
            scopeId = counted.getLong(1);
            version = counted.getLong(2);
        }
        long kindId = kindToWrite(scopeId, kind);
        if (write(update, version, value, kindId, key) == 0) {
            write(insert, version, value, kindId, key);
            addToCount(kindId, 1);
        }
        return version;
    }

    private long kindToWrite(long scopeId, String kind) throws SQLException {
        kindToWrite.setLong(1, scopeId);
        kindToWrite.setString(2, kind);
        try (ResultSet found = kindToWrite.executeQuery()) {
            found.next();
            return found.getLong(1);
        }
    }

    private static int write(PreparedStatement statement, long version, byte[] value, long kindId, String key)
            throws SQLException {
        statement.setLong(1, version);
        statement.setBytes(2, value);
        statement.setLong(3, kindId);
        statement.setString(4, key);
        return statement.executeUpdate();
    }

    private void addToCount(long kindId, int rowsMore) throws SQLException {
        addToCount.setInt(1, rowsMore);
        addToCount.setLong(2, kindId);
        addToCount.executeUpdate();
    }

    /** Deletes a row; false when there is none. */
    boolean delete(String scope, String kind, String key) throws SQLException {
        long kindId;
        kindToDelete.setString(1, scope);
        kindToDelete.setString(2, kind);
        try (ResultSet found = kindToDelete.executeQuery()) {
            if (!found.next()) {
                return false;
            }
            kindId = found.getLong(1);
        }
        delete.setLong(1, kindId);
        delete.setString(2, key);
        if (delete.executeUpdate() == 0) {
            return false;
        }
        addToCount(kindId, -1);
        return true;
    }

    /** Deletes every row of a scope; its version stays. */
    void deleteScope(String scope) throws SQLException {
        deleteRowsOfScope.setString(1, scope);
        deleteRowsOfScope.executeUpdate();
        deleteKindsOfScope.setString(1, scope);
        deleteKindsOfScope.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            rows.close();
            for (PreparedStatement statement : statements) {
                statement.close();
            }
        }
    }
}
