package dev.holdfast.server.operator;

import dev.holdfast.server.backup.Backup;
import dev.holdfast.server.backup.Backups;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;

/** {@code backup}: everything that the installation keeps, private keys included, as one archive. */
public final class BackupResource {
    private final Backups backups;

    public BackupResource(Backups backups) {
        this.backups = backups;
    }

    HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("POST")) {
            return Answers.methodNotAllowed("POST");
        }
        Backup backup = backups.begin();
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
