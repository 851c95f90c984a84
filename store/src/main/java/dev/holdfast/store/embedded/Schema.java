package dev.holdfast.store.embedded;

import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The numbered scripts that bring a database up to what this release knows. A script that was released is never
 * edited; what changes later is a new script.
 */
final class Schema {
    /** Script n brings the database to version n; the version is kept in SQLite's {@code user_version}. */
    private static final List<String> SCRIPTS = List.of("001-rows.sql");

    private Schema() {}

    /**
     * Runs the scripts that are missing, each in one transaction.
     *
     * @throws StoreException when a newer release wrote the database
     */
    static void bringUpToDate(Connection connection, Path file) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version = versionOf(statement);
            if (version > SCRIPTS.size()) {
                throw new StoreException("the database " + file + " has schema " + version
                        + ", and this release knows up to " + SCRIPTS.size()
                        + ": start the newer release, or restore a backup from before the upgrade");
            }
            for (int next = version; next < SCRIPTS.size(); next++) {
                run(statement, SCRIPTS.get(next), next + 1);
            }
        }
    }

    private static int versionOf(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("PRAGMA user_version")) {
            return result.getInt(1);
        }
    }

    private static void run(Statement statement, String script, int version) throws SQLException {
        statement.execute("BEGIN IMMEDIATE");
        try {
            for (String command : read(script).split(";")) {
                if (!command.isBlank()) {
                    statement.execute(command);
                }
            }
            statement.execute("PRAGMA user_version = " + version);
            statement.execute("COMMIT");
        } catch (SQLException failed) {
            statement.execute("ROLLBACK");
            throw failed;
        }
    }

    private static String read(String script) {
        try (InputStream in = Schema.class.getResourceAsStream(script)) {
            if (in == null) {
                throw new IllegalStateException("the script " + script + " is not in the archive");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException cause) {
            throw new IllegalStateException("the script " + script + " cannot be read", cause);
        }
    }
}
