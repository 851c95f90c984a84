package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.journal.Journal;
import dev.holdfast.store.embedded.EmbeddedTable;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Predicate;

/** What connections teach, in a database of its own. */
record Insight(EmbeddedTable table, Journal journal, Fleet fleet) implements AutoCloseable {
    static Insight open(Path file, Limits limits, HostNames hostNames, InstantSource clock) {
        EmbeddedTable table = EmbeddedTable.open(file, limits.storage());
        Fleet fleet = new Fleet(table, limits.insight(), clock);
        Journal journal = new Journal(
                table,
                limits.insight(),
                clock,
                System::nanoTime,
                host -> hostNames.hubOf(host).map(hub -> hub.value()),
                fleet);
        return new Insight(table, journal, fleet);
    }

    /**
     * What time brings.
     *
     * @param hubExists by its name
     */
    void tick(Predicate<String> hubExists) {
        journal.dropOld();
        fleet.dropOld(hubExists);
    }

    @Override
    public void close() {
        journal.close();
        fleet.close();
        table.close();
    }
}
