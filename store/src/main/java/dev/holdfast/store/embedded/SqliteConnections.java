package dev.holdfast.store.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Connections to one database, set up for what they are for. */
final class SqliteConnections {
    /** Only other programs, such as a backup, ever hold the lock; they hold it for moments. */
    private static final String WAIT_FOR_LOCKS = "PRAGMA busy_timeout = 10000";

    private final Path file;

    SqliteConnections(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /** The connection that writes. With FULL, a commit returns after its write-ahead log was synced. */
    Connection openWriter() throws SQLException {
        return open(List.of(
                WAIT_FOR_LOCKS,
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA journal_size_limit = 67108864",
                "PRAGMA temp_store = MEMORY",
                "PRAGMA cache_size = -16384"));
    }

    Connection openReader() throws SQLException {
        return open(List.of(
                WAIT_FOR_LOCKS, "PRAGMA query_only = ON", "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -4096"));
    }

    /** For a copy of the whole database; what it writes is a file of its own. */
    Connection openCopier() throws SQLException {
        return open(List.of(WAIT_FOR_LOCKS));
    }

    private Connection open(List<String> settings) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            for (String setting : settings) {
                statement.execute(setting);
            }
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }
}
