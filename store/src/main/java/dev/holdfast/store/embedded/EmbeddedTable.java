package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Histogram;
import dev.holdfast.base.Limits;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link Table} in one SQLite database: a write-ahead log that is synced at every commit, one thread that writes, a few
 * connections that read beside it.
 *
 * <p>A work runs on the writer's thread while all others wait, so it is short and waits for nothing. The file is
 * readable by its owner only. One process at a time should have a table open; another one may read it.
 */
public final class EmbeddedTable implements Table {
    /** Result codes of SQLite. */
    private static final int CORRUPT = 11;

    private static final int NOT_A_DATABASE = 26;

    private final SqliteConnections connections;
    private final TableWriter writer;
    private final TableReaders readers;

    private EmbeddedTable(SqliteConnections connections, TableWriter writer, TableReaders readers) {
        this.connections = connections;
        this.writer = writer;
        this.readers = readers;
    }

    /**
     * Opens a table, making it and its directory when they are missing, and brings its schema up to date.
     *
     * @throws StoreException when it cannot be read or written, or a newer release wrote it
     */
    public static EmbeddedTable open(Path file, Limits.Storage limits) {
        Path database = file.toAbsolutePath();
        SqliteConnections connections = new SqliteConnections(database);
        try {
            prepareFile(database);
            TableWriter writer = openWriter(connections, limits);
            // SQLite syncs its files; that their names last is for the directory to say.
            Disk.real().forceDirectory(directoryOf(database));
            writer.start();
            return new EmbeddedTable(connections, writer, new TableReaders(connections, limits.readersMax()));
        } catch (IOException | SQLException cause) {
            throw new StoreException(
                    "the database " + database + " cannot be opened: " + cause.getMessage(),
                    cause,
                    cause instanceof SQLException refused && isDamage(refused));
        }
    }

    private static boolean isDamage(SQLException cause) {
        // Further bits tell the place.
        int code = cause.getErrorCode() & 0xFF;
        return code == CORRUPT || code == NOT_A_DATABASE;
    }

    private static TableWriter openWriter(SqliteConnections connections, Limits.Storage limits) throws SQLException {
        Connection connection = connections.openWriter();
        try {
            Schema.bringUpToDate(connection, connections.file());
            return new TableWriter(connections, connection, limits.writesQueuedMax());
        } catch (SQLException | StoreException failed) {
            connection.close();
            throw failed;
        }
    }

    /** SQLite gives its further files the permissions that the first one has. */
    private static void prepareFile(Path file) throws IOException {
        Disk.real().createDirectories(directoryOf(file));
        Disk.real().open(file).close();
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static Path directoryOf(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IOException("not the name of a file");
        }
        return directory;
    }

    @Override
    public Optional<Row> get(String scope, String kind, String key) {
        TableBounds.checkName("scope", scope);
        TableBounds.checkName("kind", kind);
        TableBounds.checkName("key", key);
        return readers.ask(rows -> rows.get(scope, kind, key));
    }

    @Override
    public List<Row> list(String scope, String kind, String afterKey, int maxRows) {
        TableBounds.checkName("scope", scope);
        TableBounds.checkName("kind", kind);
        TableBounds.checkAfterKey(afterKey);
        TableBounds.checkMaxRows(maxRows);
        return readers.ask(rows -> rows.list(scope, kind, afterKey, maxRows));
    }

    @Override
    public long count(String scope, String kind) {
        TableBounds.checkName("scope", scope);
        TableBounds.checkName("kind", kind);
        return readers.ask(rows -> rows.count(scope, kind));
    }

    @Override
    public <R extends @Nullable Object> R transact(String scope, Work<R> work) {
        TableBounds.checkName("scope", scope);
        return writer.transact(scope, work::run);
    }

    @Override
    public void deleteScope(String scope) {
        TableBounds.checkName("scope", scope);
        writer.transact(scope, WriteTransaction::deleteAll);
    }

    /**
     * What the table did since it was opened.
     *
     * @param commitNanos how long each commit took, which stores one transaction or several
     * @param failed transactions that the database could not store
     * @param failing whether the last commit failed
     */
    public record Counts(Histogram.Snapshot commitNanos, long transactions, long failed, boolean failing) {}

    public Counts counts() {
        return writer.counts();
    }

    /**
     * Writes a copy of everything that is committed now, while others go on reading and writing. The copy is a table that
     * {@link #open} opens; that it is on the medium is for the caller to see to.
     *
     * @param file missing or empty; readable by its owner only afterwards
     */
    public void copyTo(Path file) {
        try {
            prepareFile(file.toAbsolutePath());
            try (Connection connection = connections.openCopier();
                    PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
                copy.setString(1, file.toAbsolutePath().toString());
                copy.execute();
            }
        } catch (IOException | SQLException cause) {
            throw new StoreException(
                    "the database " + connections.file() + " cannot be copied to " + file + ": " + cause.getMessage(),
                    cause);
        }
    }

    @Override
    public void close() {
        writer.close();
        readers.close();
    }
}
