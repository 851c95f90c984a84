package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.EmbeddedTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database of what connections taught. Devices must not be without a hub because it is damaged. */
final class InsightFile {
    private static final Logger LOG = LoggerFactory.getLogger(InsightFile.class);
    /** The database itself and what SQLite keeps beside it. */
    private static final List<String> PARTS = List.of("", "-wal", "-shm");

    private InsightFile() {}

    /** Opens it; one that is damaged is put aside, and a new one begun. */
    static EmbeddedTable open(Path file, Limits.Storage limits, InstantSource clock) {
        try {
            return EmbeddedTable.open(file, limits);
        } catch (StoreException failed) {
            if (!failed.isDamaged()) {
                throw new StoreException(
                        failed.getMessage()
                                + " (it holds reports of refused connections, and how devices connected last, and nothing"
                                + " else: without it the server starts and begins anew)",
                        failed);
            }
            Path aside = aside(file, clock, failed);
            LOG.error(
                    "{}; it was put aside as {}, and what was known of refused connections and of how devices connected begins"
                            + " anew: dry runs know only the devices that connect from now on",
                    failed.getMessage(),
                    aside);
            return EmbeddedTable.open(file, limits);
        }
    }

    private static Path aside(Path file, InstantSource clock, StoreException failed) {
        String suffix = ".damaged-" + clock.instant().getEpochSecond();
        try {
            for (String part : PARTS) {
                Path from = file.resolveSibling(file.getFileName() + part);
                if (Files.exists(from)) {
                    Files.move(from, from.resolveSibling(from.getFileName() + suffix));
                }
            }
        } catch (IOException e) {
            failed.addSuppressed(e);
            throw failed;
        }
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
