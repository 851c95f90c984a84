package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.insight.journal.Journal;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.tls.report.DeviceConnected;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What connections teach, in a database of its own.
 *
 * @param connected takes every device that was let in
 */
record Insight(EmbeddedTable table, Journal journal, Consumer<DeviceConnected> connected) implements AutoCloseable {
    static Insight open(Path file, Limits limits, HostNames hostNames, InstantSource clock) {
        EmbeddedTable table = EmbeddedTable.open(file, limits.storage());
        Journal journal = new Journal(
                table,
                limits.insight(),
                clock,
                System::nanoTime,
                host -> hostNames.hubOf(host).map(hub -> hub.value()),
                (report, offer) -> Optional.empty());
        return new Insight(table, journal, device -> {});
    }

    /** What time brings. */
    void tick() {
        journal.dropOld();
    }

    @Override
    public void close() {
        journal.close();
        table.close();
    }
}
