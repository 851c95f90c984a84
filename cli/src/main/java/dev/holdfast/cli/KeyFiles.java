package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/**
 * The files for a device's new key and certificate. They are made, empty, before the device is registered, because its key comes
 * only once; {@link #close} takes away what was not written.
 */
final class KeyFiles implements AutoCloseable {
    private final String id;
    private final Path key;
    private final Path certificate;
    private boolean written;

    private KeyFiles(String id, Path key, Path certificate) {
        this.id = id;
        this.key = key;
        this.certificate = certificate;
    }

    /** Makes both, and their directory; never over an existing file. */
    static KeyFiles reserve(Path directory, String id) throws CommandFailure {
        if (id.contains("/")) {
            throw new CommandFailure("'" + id + "' can't be a device id: none has a slash.");
        }
        Path in = directory.toAbsolutePath().normalize();
        KeyFiles files = new KeyFiles(id, in.resolve(id + "-key.pem"), in.resolve(id + "-certificate.pem"));
        try {
            Files.createDirectories(in);
        } catch (IOException e) {
            throw new CommandFailure("the directory " + in + " can't be made (" + Trouble.of(e) + ").", e);
        }
        make(files.key, "rw-------");
        try {
            make(files.certificate, "rw-r--r--");
        } catch (CommandFailure e) {
            delete(files.key);
            throw e;
        }
        return files;
    }

    private static void make(Path file, String permissions) throws CommandFailure {
        try {
            Files.newByteChannel(
                            file,
                            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))
                    .close();
        } catch (IOException e) {
            throw new CommandFailure(
                    "nothing was registered, since " + file + " can't be made (" + Trouble.of(e)
                            + "); name another directory with --out.",
                    e);
        }
    }

    Path key() {
        return key;
    }

    Path certificate() {
        return certificate;
    }

    void write(String keyPem, String certificatePem) throws CommandFailure {
        try {
            Files.writeString(key, keyPem);
            Files.writeString(certificate, certificatePem);
            written = true;
        } catch (IOException e) {
            throw new CommandFailure(
                    "device '" + id + "' is registered, but its key can't be written to " + key + " (" + Trouble.of(e)
                            + ") and is lost; delete the device and create it again.",
                    e);
        }
    }

    @Override
    public void close() {
        if (!written) {
            delete(key);
            delete(certificate);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // It is empty, and what went wrong before is told already.
        }
    }
}
