package dev.holdfast.server.operator;

import dev.holdfast.server.backup.Backup;
import dev.holdfast.server.backup.Backups;
import dev.holdfast.server.backup.NoRoomException;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code backup}: everything that the installation keeps, private keys included, as one archive. */
public final class BackupResource {
    private static final Logger LOG = LoggerFactory.getLogger(BackupResource.class);

    private final Backups backups;

    public BackupResource(Backups backups) {
        this.backups = backups;
    }

    HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("POST")) {
            return Answers.methodNotAllowed("POST");
        }
        Backup backup;
        try {
            backup = backups.begin();
        } catch (NoRoomException e) {
            LOG.error("a backup was refused, since there is no space left on the disk of the data directory");
            return Answers.error(
                    507,
                    "NoSpace",
                    "There is no space left on the disk of the server's data directory, where a backup needs a second copy"
                            + " of the state database for a while; make room there and try again.");
        }
        if (backup == null) {
            return Answers.error(409, "BackupUnderWay", "Another backup is being made; try again when it is done.");
        }
        return HttpResponse.streamed("application/x-tar", out -> {
                    try (backup) {
                        backup.writeTo(out);
                    }
                })
                .with("Cache-Control", "no-store");
    }
}
